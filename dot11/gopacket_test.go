package dot11_test

import (
	"bytes"
	"net"
	"testing"

	"github.com/gopacket/gopacket"
	"github.com/gopacket/gopacket/layers"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
)

func TestDecodingAgreesWithGopacket(t *testing.T) {
	compared := 0
	for i, p := range labPackets(t) {
		var tap layers.RadioTap
		var mac layers.Dot11
		if tap.DecodeFromBytes(bytes.Clone(p), gopacket.NilDecodeFeedback) != nil {
			continue
		}
		var r dot11.Radio
		n, err := radiotap.Decode(p, &r)
		first := tap.RadioTapValues[0]
		if err != nil || n != int(tap.Length) || r.Signal != first.DBMAntennaSignal || r.Frequency != uint16(first.ChannelFrequency) {
			t.Errorf("packet %d: got header %d, %d dBm, %d MHz, %v; gopacket has %d, %d, %d", i+1, n, r.Signal,
				r.Frequency, err, tap.Length, first.DBMAntennaSignal, first.ChannelFrequency)
			continue
		}
		// gopacket demands a checksum behind every frame.
		if mac.DecodeFromBytes(append(bytes.Clone(p[n:]), 0, 0, 0, 0), gopacket.NilDecodeFeedback) != nil {
			continue
		}
		var f dot11.Frame
		if err := f.Decode(p[n:]); err != nil {
			t.Errorf("packet %d: got %v, gopacket has none", i+1, err)
			continue
		}
		compared++
		if f.Addr1 != addrOf(mac.Address1) || f.Addr2 != addrOf(mac.Address2) || f.Addr3 != addrOf(mac.Address3) ||
			f.Addr4 != addrOf(mac.Address4) || f.Sequence != mac.SequenceNumber || f.Fragment != uint8(mac.FragmentNumber) ||
			f.Duration != mac.DurationID || f.Kind != kindOf(mac.Type) {
			t.Errorf("packet %d: got %v %v %v %v, sequence %d; gopacket has %v %v %v %v, %d", i+1, f.Addr1, f.Addr2,
				f.Addr3, f.Addr4, f.Sequence, mac.Address1, mac.Address2, mac.Address3, mac.Address4, mac.SequenceNumber)
		}
	}
	if compared < 400 {
		t.Errorf("compared %d frames, want nearly all", compared)
	}
}

func addrOf(a net.HardwareAddr) dot11.Addr {
	if len(a) != len(dot11.Addr{}) {
		return dot11.Addr{}
	}
	return dot11.Addr(a)
}

// kindOf turns gopacket's type, whose low bits are the type and the next the subtype, into a Kind.
func kindOf(t layers.Dot11Type) dot11.Kind { return dot11.Kind(t&3<<4 | t>>2) }
