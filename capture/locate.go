package capture

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11/ppi"
	"github.com/tocsin-wids/tocsin/pcap"
)

// locate notes where p says that its radio was, unless that is no place on Earth or was long before. What the frame's own header
// says comes before what its stream does.
func (d *Decoder) locate(p *pcap.Packet, o *tocsin.Observation) {
	l, at := &d.place, time.Duration(0)
	*l = tocsin.Location{From: tocsin.OriginPacket}
	var g ppi.Position
	switch s := p.Position; {
	case p.Link == pcap.LinkPPI && ppi.Locate(p.Data, &g):
		l.Latitude, l.Longitude, l.Fix = g.Latitude, g.Longitude, 2
		if g.HasAltitude {
			l.Altitude, l.Fix = g.Altitude, 3
		}
		at = time.Duration(g.Seconds) * time.Second
	case s != nil:
		l.Latitude, l.Longitude, l.Fix, l.Altitude, l.Speed, l.Heading = s.Latitude, s.Longitude, s.Fix, s.Altitude, s.Speed, s.Heading
		at = s.Time
	default:
		return
	}
	if at <= 0 {
		at = p.Time
	}
	if !l.Valid() || p.Time-at > tocsin.LocationAge {
		return
	}
	l.Time = tocsin.Moment(at)
	o.Location = l
}
