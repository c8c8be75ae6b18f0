// Package noclientmfp recognises clients that do without the protection of management frames that their network has.
package noclientmfp

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares NOCLIENTMFP.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "NOCLIENTMFP",
		Title:       "Client without protected management frames",
		Class:       tocsin.Spoof,
		Severity:    tocsin.Low,
		Description: "A client asks to join without protected management frames (802.11w) although the network has them: anybody can disconnect it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute10,
		Confidence:  90,
	},
	Frames: dot11.Only(dot11.AssocReq, dot11.ReassocReq),
}, limits{Again: 24 * time.Hour, Clients: 5, Window: time.Hour, Pairs: 4096, Networks: 256}, newDetector)

type limits struct {
	Again    time.Duration `help:"time between two findings about one client and one network" min:"1s"`
	Clients  int           `help:"clients of one network within the window that are told of together" min:"2"`
	Window   time.Duration `help:"time in which the clients of a network are counted" min:"1s"`
	Pairs    int           `help:"pairs of a network and a client that are remembered"`
	Networks int           `help:"networks whose clients are counted"`
}

// pair is a network, by the hash of its SSID, and a client of it; zero stands for all with randomised addresses.
type pair struct {
	network uint64
	client  dot11.Addr
}

type detector struct {
	limits  limits
	seed    maphash.Seed
	capable *window.Set[pair] // offered MFP
	told    *window.Set[pair]
	clients *window.Alarm[uint64]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		seed:    maphash.MakeSeed(),
		capable: window.NewSet[pair](l.Again, l.Pairs),
		told:    window.NewSet[pair](l.Again, l.Pairs),
		clients: window.NewAlarm[uint64](l.Clients, l.Window, l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden || air.BSS == nil || f.Addr1 != f.BSSID || !f.Addr2.IsStation() || !o.Intact() {
		return
	}
	network := air.BSS.Advert(ssid)
	if network == nil || !network.Security.MFPCapable {
		return
	}
	client := f.Security()
	if client.Unreadable || !client.RSN.Present && !client.WPA.Present {
		return // it enrols by WPS, or says nothing that can be believed
	}
	p := pair{maphash.Bytes(d.seed, ssid), f.Addr2}
	if client.MFPCapable {
		d.capable.Add(p, o.Time)
		return
	}
	if d.capable.Has(p, o.Time) {
		return // what it can it offers: somebody else asks in its name
	}
	if f.Addr2.IsLocal() {
		p.client = dot11.Addr{}
	}
	if !d.told.Once(p, o.Time) {
		return
	}
	count, ring := d.clients.Add(p.network, o.Time)
	if ring || count < d.limits.Clients {
		found.Add(d.finding(f, network, count))
	}
}

// finding is about the client that sent f, or about all if count says that there are many.
func (d *detector) finding(f *dot11.Frame, network *track.Advert, count int) tocsin.Finding {
	ssid, _, _ := f.Elements.SSID()
	policy, outcome := "offers", "anybody in range can disconnect it"
	finding := tocsin.Finding{
		Subject: f.Addr2.String(),
		Reason: tocsin.Reason{
			What:     "protected management frames (MFPC) in the RSN element of the request",
			Observed: "not offered",
			Limit:    "offered, as the network does",
		},
	}
	if network.Security.MFPRequired {
		info := tocsin.Info
		policy, outcome, finding.Severity = "requires", "it will be refused", &info
	}
	if f.Addr2.IsLocal() {
		finding.Subject = "randomised addresses"
	}
	finding.Text = fmt.Sprintf("%s asks to join %s without protected management frames, which the network %s: %s", f.Addr2, tocsin.Quote(ssid), policy, outcome)
	if count >= d.limits.Clients {
		finding.Text = fmt.Sprintf("Many clients ask to join %s without protected management frames, which the network %s, the newest %s", tocsin.Quote(ssid), policy, f.Addr2)
		finding.Reason.What = fmt.Sprintf("clients without protected management frames in %s", d.limits.Window)
		finding.Reason.Observed = fmt.Sprintf("%d clients", count)
		finding.Reason.Limit = fmt.Sprintf("%d clients", d.limits.Clients)
		finding.Subject, finding.Source = "many clients", dot11.Broadcast
	}
	return finding
}
