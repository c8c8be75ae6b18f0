package pcap

import (
	"io"
	"time"
)

// Mixer writes packets of many radios as one pcapng stream: each pair of radio and link type becomes an interface when its
// first packet is written.
type Mixer struct {
	out   *Writer
	radio func(radio uint16) Interface
	known map[mixed]uint16
	first map[uint16]uint16 // interface of each radio, the first that it has
}

type mixed struct {
	radio uint16
	link  LinkType
}

// NewMixer writes the head of the stream. Radio describes the radio that a Packet.Interface is the number of; its link type
// does not count.
func NewMixer(dst io.Writer, radio func(radio uint16) Interface) (*Mixer, error) {
	out, err := NewWriter(dst, nil)
	if err != nil {
		return nil, err
	}
	return &Mixer{out, radio, map[mixed]uint16{}, map[uint16]uint16{}}, nil
}

// Write writes a packet, see Writer.Write.
func (m *Mixer) Write(p Packet) error {
	radio := mixed{p.Interface, p.Link}
	n, known := m.known[radio]
	if !known {
		i := m.radio(p.Interface)
		i.Link = p.Link
		var err error
		if n, err = m.out.AddInterface(i); err != nil {
			return err
		}
		m.known[radio] = n
		if _, known := m.first[p.Interface]; !known {
			m.first[p.Interface] = n
		}
	}
	p.Interface = n
	return m.out.Write(&p)
}

// Lost has the next packet say that n were lost before it.
func (m *Mixer) Lost(n uint64) { m.out.Lost(n) }

// Has reports whether a packet of the radio was written.
func (m *Mixer) Has(radio uint16) bool {
	_, has := m.first[radio]
	return has
}

// Dropped writes how many packets a radio that the stream has has lost, see Writer.Dropped.
func (m *Mixer) Dropped(radio uint16, at time.Duration, packets uint64) error {
	return m.out.Dropped(m.first[radio], at, packets)
}
