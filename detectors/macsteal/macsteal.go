// Package macsteal recognises stations that are at two access points of one network at once: one of the two has another's address.
package macsteal

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares MACSTEAL.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MACSTEAL",
		Title:       "One station at two access points",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "One address sends data through two access points of a network in turns, without joining either anew: somebody else joined with it, and gets what is for its owner.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  65,
		Attack:      []string{"T1557"},
	},
	Frames: dot11.Only(dot11.Data, dot11.QoSData, dot11.Auth, dot11.AssocReq, dot11.ReassocReq),
	Gaps:   true,
}, limits{Returns: 2, Window: 10 * time.Second, Settle: 500 * time.Millisecond, Again: time.Minute, Stations: 1024}, newDetector)

type limits struct {
	Returns  int           `help:"changes of access point without joining it, within the window" min:"2"`
	Window   time.Duration `help:"time in which changes are counted" min:"1s"`
	Settle   time.Duration `help:"time after joining in which data to another access point counts as late"`
	Again    time.Duration `help:"time between two findings about one station" min:"1s"`
	Stations int           `help:"stations that are remembered since they joined"`
}

type detector struct {
	limits limits
	stays  *window.Map[dot11.Addr, stay]
	told   *window.Set[dot11.Addr]
}

// stay is where a station is.
type stay struct {
	network  detect.SSID   // that it joined
	at       dot11.Addr    // the access point that it joined or sent data to last
	joined   time.Duration // when it did so last
	returned time.Duration // the first of the returns that count
	returns  int
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l,
		stays:  window.NewMap[dot11.Addr, stay](l.Stations),
		told:   window.NewSet[dot11.Addr](l.Again, l.Stations),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Addr1 != f.BSSID || air.BSS == nil {
		return
	}
	switch f.Kind {
	case dot11.AssocReq, dot11.ReassocReq:
		if network, ok := detect.Named(f); ok && o.Intact() {
			s, _ := d.stays.Put(f.Addr2)
			*s = stay{network: network, at: f.BSSID, joined: o.Time, returned: s.returned, returns: s.returns}
		}
		return
	}
	s := d.stays.Peek(f.Addr2)
	switch {
	case s == nil:
	case f.Kind == dot11.Auth || air.Step != nil && !f.IsProtected(): // or a handshake: it may have asked unheard
		s.at, s.joined = f.BSSID, o.Time
	case s.at != f.BSSID && (o.Time-s.joined).Abs() >= d.limits.Settle && air.BSS.Advert(s.network.Octets()) != nil:
		d.returns(o, s, found)
	}
}

// returns takes data to an access point that the station was not at, and did not join.
func (d *detector) returns(o *tocsin.Observation, s *stay, found *detect.Findings) {
	f, other := o.Frame, s.at
	s.at = f.BSSID
	if (o.Time - s.returned).Abs() >= d.limits.Window {
		s.returned, s.returns = o.Time, 0
	}
	s.returns++
	limit := d.limits.Returns
	if o.Radio.FCS != dot11.FCSGood {
		limit *= 2 // one damaged address is a change there and one back
	}
	if s.returns < limit || !d.told.Once(f.Addr2, o.Time) {
		return
	}
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("%s sends data through %s and %s of the network %s in turns without joining either anew: somebody joined with the address of another, to get what is for it",
			f.Addr2, other, f.BSSID, tocsin.Quote(s.network.Octets())),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("changes of access point without joining in %s", d.limits.Window),
			Observed: fmt.Sprint(s.returns),
			Limit:    fmt.Sprint(limit),
		},
		Subject: f.Addr2.String(),
	})
}
