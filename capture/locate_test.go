package capture_test

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/pcap"
)

// ppiPlace is a PPI header with a GPS field of version 2: 47.25 and 8.5 degrees, 400.5 metres, and the time of the measurement.
func ppiPlace(seconds uint32) []byte {
	b := []byte{0, 0, 36, 0, 105, 0, 0, 0, 0x32, 0x75, 24, 0, 2, 0, 24, 0, 0x2e, 0, 0, 0}
	for _, v := range []uint32{2272500000, 1885000000, 1804005000, seconds} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

func TestPlacesThatComeWithPackets(t *testing.T) {
	const now = 1_700_000_000 * time.Second
	moment := func(t time.Duration) time.Time { return tocsin.Moment(now + t) }
	inField := tocsin.Location{Latitude: 47.25, Longitude: 8.5, Altitude: 400.5, Fix: 3, Time: moment(0), From: tocsin.OriginPacket}
	earlier := inField
	earlier.Time = moment(-10 * time.Second)
	said := func(p pcap.Position) *pcap.Position {
		p.Latitude, p.Longitude = 1, 2
		return &p
	}
	for name, c := range map[string]struct {
		packet *pcap.Packet
		stream *pcap.Position
		want   *tocsin.Location
	}{
		"in PPI":             {packet(pcap.LinkPPI, ppiPlace(0), deauth), nil, &inField},
		"in PPI, 10 s ago":   {packet(pcap.LinkPPI, ppiPlace(1_699_999_990), deauth), nil, &earlier},
		"in PPI, 11 s ago":   {packet(pcap.LinkPPI, ppiPlace(1_699_999_989), deauth), nil, nil},
		"in PPI and stream":  {packet(pcap.LinkPPI, ppiPlace(0), deauth), said(pcap.Position{Fix: 2}), &inField},
		"PPI without, alone": {packet(pcap.LinkPPI, []byte{0, 0, 8, 0, 105, 0, 0, 0}, deauth), nil, nil},
		"PPI without": {packet(pcap.LinkPPI, []byte{0, 0, 8, 0, 105, 0, 0, 0}, deauth), said(pcap.Position{Fix: 2}),
			&tocsin.Location{Latitude: 1, Longitude: 2, Fix: 2, Time: moment(0), From: tocsin.OriginPacket}},
		"in the stream": {packet(pcap.LinkIEEE80211, deauth), said(pcap.Position{Fix: 3, Altitude: 4, Speed: 5, Heading: 6, Time: now - time.Second}),
			&tocsin.Location{Latitude: 1, Longitude: 2, Altitude: 4, Speed: 5, Heading: 6, Fix: 3, Time: moment(-time.Second), From: tocsin.OriginPacket}},
		"in the stream, old": {packet(pcap.LinkIEEE80211, deauth), said(pcap.Position{Fix: 3, Time: now - 11*time.Second}), nil},
		"without a fix":      {packet(pcap.LinkIEEE80211, deauth), said(pcap.Position{Fix: 1}), nil},
		"at 0, 0":            {packet(pcap.LinkIEEE80211, deauth), &pcap.Position{Fix: 3}, nil},
		"nowhere":            {packet(pcap.LinkIEEE80211, deauth), nil, nil},
	} {
		c.packet.Time, c.packet.Position = now, c.stream
		o := capture.NewDecoder().Decode(c.packet)
		if o == nil {
			t.Fatalf("%s: not read", name)
		}
		if diff := cmp.Diff(c.want, o.Location); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestPlacesAreForgotten holds that a packet without a place has not that of the one before, and that none costs an allocation.
func TestPlacesAreForgotten(t *testing.T) {
	d, with, without := capture.NewDecoder(), packet(pcap.LinkPPI, ppiPlace(0), deauth), packet(pcap.LinkIEEE80211, deauth)
	if o := d.Decode(with); o.Location == nil {
		t.Fatal("no place")
	}
	if o := d.Decode(without); o.Location != nil {
		t.Errorf("got %+v", o.Location)
	}
	if n := testing.AllocsPerRun(1000, func() { d.Decode(with) }); n != 0 {
		t.Errorf("%v allocations a packet, want 0", n)
	}
}
