package capture_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// advert is an ADV_IND of 02:00:00:00:00:01 with flags, from the access address to the CRC.
func advert() []byte {
	b := []byte{0xd6, 0xbe, 0x89, 0x8e, 0x40, 9, 1, 0, 0, 0, 0, 2, 2, 1, 6}
	sum := ble.Checksum(b[4:])
	return append(b, sum[:]...)
}

// damaged has another octet than was sent.
func damaged(b []byte) []byte {
	b[13] ^= 8
	return b
}

// whitened is a packet as it is on air.
func whitened(b []byte, rf uint8) []byte {
	ble.Dewhiten(b[4:], b[4:], rf)
	return b
}

// bleRadio is a header of LINKTYPE_BLUETOOTH_LE_LL_WITH_PHDR with -40 dBm.
func bleRadio(rf byte, flags uint16) []byte {
	return []byte{rf, 0xd8, 0x80, 0, 0, 0, 0, 0, byte(flags) | 2, byte(flags >> 8)}
}

// nordic is the header of LINKTYPE_NORDIC_BLE, version 3, on channel index 38 with -40 dBm.
func nordic(flags byte) []byte {
	return []byte{7, 28, 0, 3, 0, 0, 2, 10, flags, 38, 40, 0, 0, 0, 0, 0, 0}
}

func TestBluetoothIsFoundBehindEveryHeader(t *testing.T) {
	coded := slices.Insert(advert(), 4, 0)
	for name, c := range map[string]struct {
		packet *pcap.Packet
		fcs    dot11.FCS
		mhz    uint16
		signal int8
	}{
		"bare":                       {packet(pcap.LinkBLE, advert()), dot11.FCSGood, 0, 0},
		"bare, damaged":              {packet(pcap.LinkBLE, damaged(advert())), dot11.FCSBad, 0, 0},
		"bare, without CRC":          {packet(pcap.LinkBLE, advert()[:15]), dot11.FCSAbsent, 0, 0},
		"PPI":                        {packet(pcap.LinkPPI, []byte{0, 0, 8, 0, 251, 0, 0, 0}, advert()), dot11.FCSGood, 0, 0},
		"radio":                      {packet(pcap.LinkBLERadio, bleRadio(12, 1), advert()), dot11.FCSGood, 2426, -40},
		"radio, index as channel":    {packet(pcap.LinkBLERadio, bleRadio(37, 1), advert()), dot11.FCSGood, 2402, -40},
		"radio, called bad":          {packet(pcap.LinkBLERadio, bleRadio(0, 0x401), advert()), dot11.FCSBad, 2402, -40},
		"radio, called good":         {packet(pcap.LinkBLERadio, bleRadio(0, 0xc01), advert()[:15], []byte{0, 0, 0}), dot11.FCSGood, 2402, -40},
		"radio, whitened":            {packet(pcap.LinkBLERadio, bleRadio(39, 0), whitened(advert(), 39)), dot11.FCSGood, 2480, -40},
		"radio, whitening taken off": {packet(pcap.LinkBLERadio, bleRadio(39, 0), advert()), dot11.FCSGood, 2480, -40},
		"radio, coded PHY":           {packet(pcap.LinkBLERadio, bleRadio(3, 0x8001), coded), dot11.FCSGood, 2408, -40},
		"Nordic":                     {packet(pcap.LinkNordicBLE, nordic(1), advert()), dot11.FCSGood, 2426, -40},
		"Nordic, called bad":         {packet(pcap.LinkNordicBLE, nordic(0), advert()), dot11.FCSBad, 2426, -40},
	} {
		d := capture.NewDecoder()
		o := d.Decode(c.packet)
		if o == nil {
			t.Errorf("%s: not read: %+v", name, d.Counts())
			continue
		}
		if o.Frame != nil || o.BLE == nil || o.BLE.Kind != ble.AdvInd || o.BLE.Sender != (ble.Addr{2, 0, 0, 0, 0, 1}) {
			t.Errorf("%s: packet %+v", name, o.BLE)
		}
		if o.Number != 7 || o.Sensor != 3 || o.Cut || o.Radio.FCS != c.fcs || o.Radio.Frequency != c.mhz || o.Radio.Signal != c.signal {
			t.Errorf("%s: observation %+v", name, o)
		}
		want := capture.Decoded{Frames: 1, BLE: 1, Unknown: map[pcap.LinkType]uint64{}}
		if c.fcs == dot11.FCSBad {
			want.BadFCS = 1
		}
		if diff := cmp.Diff(want, d.Counts()); diff != "" {
			t.Errorf("%s: counts (-want +got):\n%s", name, diff)
		}
	}
}

// TestBothKindsOfRadioShareADecoder holds that nothing of the one is left in the other.
func TestBothKindsOfRadioShareADecoder(t *testing.T) {
	d := capture.NewDecoder()
	for range 2 {
		if o := d.Decode(packet(pcap.LinkBLERadio, bleRadio(0, 1), advert())); o == nil || o.Frame != nil || o.BLE == nil {
			t.Errorf("Bluetooth gives %+v", o)
		}
		if o := d.Decode(packet(pcap.LinkIEEE80211, deauth)); o == nil || o.Frame == nil || o.BLE != nil || o.Radio.Signal != 0 {
			t.Errorf("802.11 gives %+v", o)
		}
	}
}

func TestDecodingBluetoothAllocatesNothing(t *testing.T) {
	d, p := capture.NewDecoder(), packet(pcap.LinkBLERadio, bleRadio(39, 0), whitened(advert(), 39))
	if n := testing.AllocsPerRun(1000, func() { d.Decode(p) }); n != 0 {
		t.Errorf("%v allocations a packet, want 0", n)
	}
}
