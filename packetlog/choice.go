package packetlog

import (
	"slices"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Frames says how much is kept.
type Frames string

const (
	All        Frames = "all"
	Headers    Frames = "headers"    // data frames, but for handshakes, are cut behind their header
	Management Frames = "management" // management frames and handshakes alone, and the advertising of Bluetooth LE
)

// Choice says which packets are kept. Its zero value keeps all.
type Choice struct {
	Frames  Frames           // empty: All
	Only    []tocsin.MACMask // keep what any of these takes part in; empty: everybody
	Exclude []tocsin.MACMask // and never what any of these takes part in
}

// chooser applies a Choice.
type chooser struct {
	Choice
	decoder *capture.Decoder // nil: everything is kept as it is
}

func newChooser(c Choice) chooser {
	if (c.Frames == "" || c.Frames == All) && len(c.Only)+len(c.Exclude) == 0 {
		return chooser{}
	}
	return chooser{c, capture.NewDecoder()}
}

// keep reports whether p is kept, and cuts from it what is not. What cannot be read is kept only where everything is that
// is not excluded: what it carries is not known.
func (c *chooser) keep(p *pcap.Packet) bool {
	if c.decoder == nil {
		return true
	}
	all := c.Frames == "" || c.Frames == All
	o := c.decoder.Decode(p)
	if o == nil {
		return all && len(c.Only) == 0
	}
	if len(c.Only) > 0 && !o.Involves(oneOf(c.Only)) || len(c.Exclude) > 0 && o.Involves(oneOf(c.Exclude)) {
		return false
	}
	switch {
	case all:
		return true
	case o.BLE != nil:
		return o.BLE.Kind != ble.Data
	case o.Frame.Kind.IsManagement() || o.Frame.EtherType == eapol.EtherType:
		return true
	case c.Frames == Management:
		return false
	}
	if o.Frame.Kind.IsData() {
		p.Length = max(p.Length, uint32(len(p.Data)))
		p.Data = p.Data[:c.decoder.Head()]
	}
	return true
}

func oneOf(list []tocsin.MACMask) func(tocsin.MAC) bool {
	return func(a tocsin.MAC) bool {
		return slices.ContainsFunc(list, func(m tocsin.MACMask) bool { return m.Match(a) })
	}
}
