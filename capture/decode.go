package capture

import (
	"hash/crc32"
	"maps"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/avs"
	"github.com/tocsin-wids/tocsin/dot11/ppi"
	"github.com/tocsin-wids/tocsin/dot11/prism"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
	"github.com/tocsin-wids/tocsin/dot11/tzsp"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Decoder turns packets into observations. It may not be used by two goroutines at once.
type Decoder struct {
	frame  dot11.Frame
	ble    bluetooth
	seen   tocsin.Observation
	place  tocsin.Location
	counts Decoded
	fault  Fault
	head   int // octets of the newest packet before what its frame carries
}

// Fault says why a packet could not be read.
type Fault uint8

const (
	NoFault   Fault = iota
	BadHeader       // the radio header does not hold what it promises
	BadFrame        // too short for its header, or of an unknown version
	BadLink         // of a link type that is not read
	Faults          // how many there are
)

// Fault returns why Decode could not read its newest packet.
func (d *Decoder) Fault() Fault { return d.fault }

// Head returns how many octets of the newest packet, which could be read and was 802.11, are before what its frame carries:
// those of the radio header and of the MAC header.
func (d *Decoder) Head() int { return d.head }

// Decoded counts what became of the packets given to a Decoder.
type Decoded struct {
	Frames    uint64                   // read, Bluetooth LE packets too
	BadHeader uint64                   // radio headers that do not hold what they promise
	BadFrame  uint64                   // too short for their header, or of an unknown version
	BadFCS    uint64                   // damaged on the way
	Cut       uint64                   // longer on air than in the capture
	BLE       uint64                   // Bluetooth LE packets among Frames
	Unknown   map[pcap.LinkType]uint64 // packets of link types that are not read
}

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder { return &Decoder{counts: Decoded{Unknown: map[pcap.LinkType]uint64{}}} }

// Counts returns a copy of the counters.
func (d *Decoder) Counts() Decoded {
	c := d.counts
	c.Unknown = maps.Clone(c.Unknown)
	return c
}

// Decode returns what p says, valid until the next call; nil, counted, if it cannot be read.
func (d *Decoder) Decode(p *pcap.Packet) *tocsin.Observation {
	o := &d.seen
	*o = tocsin.Observation{Time: p.Time, Frame: &d.frame, Number: p.Number, Sensor: p.Interface, Cut: p.Length > uint32(len(p.Data))}
	d.fault, d.head = NoFault, 0
	if p.Position != nil || p.Link == pcap.LinkPPI {
		d.locate(p, o)
	}
	n, link, err := header(p.Link, p.Data, &o.Radio)
	switch {
	case err != nil || n > len(p.Data):
		return d.badHeader()
	case link == pcap.LinkBLE || link == pcap.LinkBLERadio || link == pcap.LinkNordicBLE:
		return d.decodeBLE(link, p.Data[n:])
	case link != pcap.LinkIEEE80211:
		d.unknown(link)
		return nil
	}
	b := d.stripFCS(p.Data[n:], o)
	if o.Radio.Pad {
		err = d.frame.DecodePadded(b)
	} else {
		err = d.frame.Decode(b)
	}
	d.head = n + len(d.frame.Raw) - len(d.frame.Body)
	return d.counted(err)
}

func (d *Decoder) badHeader() *tocsin.Observation {
	d.counts.BadHeader++
	d.fault = BadHeader
	return nil
}

// counted returns the observation at hand, nil if err says that the frame cannot be read.
func (d *Decoder) counted(err error) *tocsin.Observation {
	if d.seen.Cut {
		d.counts.Cut++
	}
	if d.seen.Radio.FCS == dot11.FCSBad {
		d.counts.BadFCS++
	}
	if err != nil {
		d.counts.BadFrame++
		d.fault = BadFrame
		return nil
	}
	d.counts.Frames++
	return &d.seen
}

// maxLinks bounds the table of link types that a stream can fill.
const maxLinks = 64

func (d *Decoder) unknown(link pcap.LinkType) {
	d.fault = BadLink
	if _, known := d.counts.Unknown[link]; known || len(d.counts.Unknown) < maxLinks {
		d.counts.Unknown[link]++
	}
}

// header reads the radio header before the frame and returns its length and the link type of what follows it.
func header(link pcap.LinkType, b []byte, r *dot11.Radio) (n int, inner pcap.LinkType, err error) {
	switch link {
	case pcap.LinkIEEE80211:
		return 0, link, nil
	case pcap.LinkRadiotap:
		n, err = radiotap.Decode(b, r)
	case pcap.LinkPrism:
		n, err = prism.Decode(b, r)
	case pcap.LinkAVS:
		n, err = avs.Decode(b, r)
	case pcap.LinkPPI:
		var dlt uint32
		n, dlt, err = ppi.Decode(b, r)
		return n, pcap.LinkType(dlt), err
	case pcap.LinkTZSP:
		return encapsulated(b, r)
	default:
		return 0, link, nil
	}
	return n, pcap.LinkIEEE80211, err
}

// encapsulated reads a TZSP header, and the radio header that may follow it.
func encapsulated(b []byte, r *dot11.Radio) (n int, inner pcap.LinkType, err error) {
	h, n, err := tzsp.Decode(b, r)
	if err != nil {
		return 0, 0, err
	}
	switch h.Encapsulated {
	case tzsp.IEEE80211:
		return n, pcap.LinkIEEE80211, nil
	case tzsp.Radiotap:
		inner = pcap.LinkRadiotap
	case tzsp.Prism:
		inner = pcap.LinkPrism
	case tzsp.AVS:
		inner = pcap.LinkAVS
	default:
		return n, pcap.LinkTZSP, nil // of a wire
	}
	m, inner, err := header(inner, b[n:], r)
	return n + m, inner, err
}

// stripFCS cuts the FCS off b, if there is one, and checks it.
func (d *Decoder) stripFCS(b []byte, o *tocsin.Observation) []byte {
	n := int(o.Radio.FCSLen)
	if n == 0 || o.Cut || len(b) < n {
		return b
	}
	body, fcs := b[:len(b)-n], b[len(b)-n:]
	if o.Radio.FCS == dot11.FCSBad {
		return body
	}
	sum := crc32.ChecksumIEEE(body)
	o.Radio.FCS = dot11.FCSBad
	if sum == uint32(fcs[0])|uint32(fcs[1])<<8|uint32(fcs[2])<<16|uint32(fcs[3])<<24 {
		o.Radio.FCS = dot11.FCSGood
	}
	return body
}
