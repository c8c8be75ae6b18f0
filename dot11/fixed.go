package dot11

import "encoding/binary"

// decodeFixed reads the fixed fields of an unencrypted management frame and indexes the elements behind them.
func (f *Frame) decodeFixed(body []byte) {
	le := binary.LittleEndian
	n := fixedLen[f.Kind&0xf]
	if len(body) < n {
		f.Defects |= DefectShortFixed
		f.decodeCutFixed(body)
		return
	}
	x := &f.Fixed
	switch f.Kind {
	case AssocReq, ReassocReq:
		x.Capability, x.ListenInterval = le.Uint16(body), le.Uint16(body[2:])
		if f.Kind == ReassocReq {
			x.CurrentAP = Addr(body[4:10])
		}
	case AssocResp, ReassocResp:
		x.Capability, x.Status, x.AID = le.Uint16(body), le.Uint16(body[2:]), le.Uint16(body[4:])
	case ProbeResp, Beacon:
		x.TSF, x.Interval, x.Capability = le.Uint64(body), le.Uint16(body[8:]), le.Uint16(body[10:])
		if f.Kind == Beacon && x.Interval == 0 {
			f.Defects |= DefectReservedInterval
		}
	case TimingAdv:
		x.TSF, x.Capability = le.Uint64(body), le.Uint16(body[8:])
	case Disassoc, Deauth:
		x.Reason = le.Uint16(body)
	case Auth:
		x.AuthAlgorithm, x.AuthTransaction, x.Status = le.Uint16(body), le.Uint16(body[2:]), le.Uint16(body[4:])
		if !x.authHasElements() {
			return
		}
	case Action, ActionNoAck:
		f.decodeAction(body)
		return
	case ATIM:
		return
	case 0x07, 0x0f: // table 9-1
		f.Defects |= DefectReservedKind
		return
	}
	f.index(body[n:])
}

// fixedLen is the length of the fixed fields by subtype (802.11-2020 §9.3.3).
var fixedLen = [16]int{
	AssocReq: 4, AssocResp: 6, ReassocReq: 10, ReassocResp: 6, ProbeResp: 12, TimingAdv: 10, Beacon: 12,
	Disassoc: 2, Auth: 6, Deauth: 2, Action: 2, ActionNoAck: 2,
}

// decodeCutFixed reads those fields that are whole although later ones are cut off.
func (f *Frame) decodeCutFixed(body []byte) {
	le := binary.LittleEndian
	x := &f.Fixed
	switch f.Kind {
	case ProbeResp, Beacon, TimingAdv:
		if len(body) >= 8 {
			x.TSF = le.Uint64(body)
		}
		if len(body) >= 10 && f.Kind != TimingAdv {
			x.Interval = le.Uint16(body[8:])
		}
	case Auth:
		if len(body) >= 2 {
			x.AuthAlgorithm = le.Uint16(body)
		}
		if len(body) >= 4 {
			x.AuthTransaction = le.Uint16(body[2:])
		}
	case AssocReq, ReassocReq, AssocResp, ReassocResp:
		if len(body) >= 2 {
			x.Capability = le.Uint16(body)
		}
		if len(body) >= 4 && (f.Kind == AssocResp || f.Kind == ReassocResp) {
			x.Status = le.Uint16(body[2:])
		} else if len(body) >= 4 {
			x.ListenInterval = le.Uint16(body[2:])
		}
	case Action, ActionNoAck:
		if len(body) >= 1 {
			x.Category = body[0]
		}
	}
}

// authHasElements reports whether elements follow the status code at once. In SAE frames fields of the exchange do,
// in those of FILS with a public key a finite cyclic group (802.11-2020 table 9-41).
func (x *Fixed) authHasElements() bool {
	return x.AuthAlgorithm != 3 && x.AuthAlgorithm != 5 && x.AuthAlgorithm != 6
}
