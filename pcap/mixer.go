package pcap

import "io"

// Mixer writes packets of many radios as one pcapng stream: each pair of radio and link type becomes an interface when its
// first packet is written.
type Mixer struct {
	out   *Writer
	name  func(radio uint16) string
	known map[mixed]uint16
}

type mixed struct {
	radio uint16
	link  LinkType
}

// NewMixer writes the head of the stream. Name returns what the radio is called that a Packet.Interface is the number of.
func NewMixer(dst io.Writer, name func(radio uint16) string) (*Mixer, error) {
	out, err := NewWriter(dst, nil)
	if err != nil {
		return nil, err
	}
	return &Mixer{out, name, map[mixed]uint16{}}, nil
}

// Write writes a packet, see Writer.Write.
func (m *Mixer) Write(p Packet) error {
	radio := mixed{p.Interface, p.Link}
	n, known := m.known[radio]
	if !known {
		var err error
		if n, err = m.out.AddInterface(Interface{Name: m.name(p.Interface), Link: p.Link}); err != nil {
			return err
		}
		m.known[radio] = n
	}
	p.Interface = n
	return m.out.Write(&p)
}

// Lost has the next packet say that n were lost before it.
func (m *Mixer) Lost(n uint64) { m.out.Lost(n) }
