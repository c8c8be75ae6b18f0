// Package saedowngrade recognises networks with WPA3 that are offered, or joined, without.
package saedowngrade

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

// Spec declares SAEDOWNGRADE.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SAEDOWNGRADE",
		Title:       "WPA3 network offered without SAE",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "A network that lets clients in by SAE is offered with a pre-shared key alone: who joins there gives away a handshake that can be guessed offline.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  85,
		Attack:      []string{"T1557.004", "T1562.010"},
		Explains:    []string{"ADVCRYPTCHANGE"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.AssocReq, dot11.ReassocReq),
	Content: true,
}, limits{Known: 3, Offers: 3, Remember: 24 * time.Hour, Again: 10 * time.Minute, Networks: 1024, Clients: 4096}, newDetector)

type limits struct {
	Known    int           `help:"frames that offer SAE before a network is known to have it"`
	Offers   int           `help:"frames of one access point that offer its name without SAE"`
	Remember time.Duration `help:"time for which a client is remembered to have joined a network by SAE" min:"1s"`
	Again    time.Duration `help:"time between two findings about one access point or client" min:"1s"`
	Networks int           `help:"names, and access points that offer one without SAE, that are watched"`
	Clients  int           `help:"clients that joined by SAE that are remembered"`
}

// network is what is known of a name.
type network struct {
	frames int // that offered SAE
	last   time.Duration
	bssid  dot11.Addr // of the newest
}

// who is an access point or a client, and a name.
type who struct {
	addr dot11.Addr
	ssid uint64
}

// offer is how an access point offers a name without SAE.
type offer struct {
	frames int
	first  time.Duration
}

// news is what was told of an access point or a client: that the offer with SAE goes on beside, or not.
type news struct {
	who
	beside bool
}

type detector struct {
	limits   limits
	seed     maphash.Seed
	networks *window.Map[uint64, network]
	offers   *window.Map[who, offer]
	joined   *window.Set[who]
	told     *window.Set[news]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits: l, seed: maphash.MakeSeed(),
		networks: window.NewMap[uint64, network](l.Networks),
		offers:   window.NewMap[who, offer](l.Networks),
		joined:   window.NewSet[who](l.Remember, l.Clients),
		told:     window.NewSet[news](l.Again, l.Networks),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden || !o.Intact() || f.Defects&(dot11.DefectOverrun|dot11.DefectShortFixed|dot11.DefectRSNCount) != 0 {
		return
	}
	name := maphash.Bytes(d.seed, ssid)
	access := f.Security().Access()
	sae, psk := access&dot11.AccessWPA3SAE != 0, access&(dot11.AccessWPA2PSK|dot11.AccessWPAPSK) != 0
	switch {
	case f.Kind == dot11.AssocReq || f.Kind == dot11.ReassocReq:
		d.joins(who{f.Addr2, name}, sae, psk, o, found)
	case sae:
		n, _ := d.networks.Put(name)
		n.frames, n.last, n.bssid = min(n.frames+1, d.limits.Known), o.Time, f.BSSID
	case psk:
		d.offered(who{f.BSSID, name}, o, air, found)
	}
}

// joins looks at what a client asks for that may have joined by SAE before.
func (d *detector) joins(client who, sae, psk bool, o *tocsin.Observation, found *detect.Findings) {
	if sae {
		d.joined.Add(client, o.Time)
		return
	}
	if !psk || !d.joined.Has(client, o.Time) || !d.told.Once(news{who: client}, o.Time) {
		return
	}
	ssid, _, _ := o.Frame.Elements.SSID()
	found.Add(tocsin.Finding{
		Text: fmt.Sprintf("%s, which joined the network %s by SAE before, now asks %s to let it in with the pre-shared key: somebody may have offered it that alone",
			client.addr, tocsin.Quote(ssid), o.Frame.BSSID),
		Reason:  tocsin.Reason{What: "key management that a client asks for", Observed: "pre-shared key", Limit: "SAE, as before"},
		Subject: client.addr.String(), Confidence: 70,
	})
}

// believed reports whether the access point offers no SAE, and it is not damage that has turned a suite into another: where
// nobody verified the checksum, the tracker takes over what two frames say.
func believed(o *tocsin.Observation, air *track.Sight) bool {
	return o.Radio.FCS == dot11.FCSGood || air.Advert != nil && air.Advert.Security.Access()&dot11.AccessWPA3SAE == 0
}

// offered looks at an access point that offers a name with a pre-shared key alone.
func (d *detector) offered(ap who, o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	n := d.networks.Peek(ap.ssid)
	if n == nil || n.frames < d.limits.Known {
		return
	}
	offer, created := d.offers.Put(ap)
	if created || o.Time-offer.first > d.limits.Again {
		offer.frames, offer.first = 0, o.Time
	}
	offer.frames++
	beside := n.bssid == ap.addr && n.last > offer.first
	if offer.frames < d.limits.Offers || !believed(o, air) || !d.told.Once(news{ap, beside}, o.Time) {
		return
	}
	ssid, _, _ := o.Frame.Elements.SSID()
	finding := tocsin.Finding{
		Reason: tocsin.Reason{
			What:     "frames that offer a network with SAE without it",
			Observed: fmt.Sprintf("%d frames, %s", d.limits.Offers, air.BSS.Advert(ssid).Security),
			Limit:    fmt.Sprintf("%d frames", d.limits.Offers),
		},
	}
	medium := tocsin.Medium
	switch {
	case beside:
		finding.Text = fmt.Sprintf("The access point %s offers the network %s with SAE and, at the same time, with the pre-shared key alone: a copy takes clients off WPA3", ap.addr, tocsin.Quote(ssid))
		finding.Confidence = 95
	case n.bssid == ap.addr:
		finding.Text = fmt.Sprintf("The access point %s no longer offers the network %s with SAE, but with the pre-shared key alone", ap.addr, tocsin.Quote(ssid))
		finding.Severity, finding.Confidence = &medium, 60
	default:
		finding.Text = fmt.Sprintf("%s offers the network %s, which %s offers with SAE, with the pre-shared key alone: a twin that takes clients off WPA3, or an older access point of the same network",
			ap.addr, tocsin.Quote(ssid), n.bssid)
		finding.Severity, finding.Confidence, finding.Other = &medium, 60, n.bssid
	}
	found.Add(finding)
}
