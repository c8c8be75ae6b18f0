// Package ftreplay recognises requests of a fast transition that are sent again later than any station does.
package ftreplay

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

// Spec declares FTREPLAY.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "FTREPLAY",
		Title:       "Fast transition replayed",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A reassociation request of a fast transition is replayed: an access point that installs its key again sends with packet numbers that it used before (CVE-2017-13082).",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  75,
		Attack:      []string{"T1557", "T1040"},
	},
	Frames:  dot11.Only(dot11.ReassocReq),
	Content: true,
}, limits{Gap: time.Second, Recent: 10 * time.Minute, Senders: 3, Again: time.Minute, Keys: 2048}, newDetector)

type limits struct {
	Gap     time.Duration `help:"time after a request within which the same again is a retransmission" min:"1ms"`
	Recent  time.Duration `help:"time for which requests are remembered" min:"1s"`
	Senders int           `help:"stations within again that are one attack with invented addresses" min:"2"`
	Again   time.Duration `help:"time between two findings about one station" min:"1s"`
	Keys    int           `help:"requests that are remembered, and stations"`
}

// request is a station, an access point, and the fast transition element that it was sent, which has nonces of both and a MIC.
type request struct {
	station, bssid dot11.Addr
	element        uint64
}

// sent is when a request was last sent.
type sent struct {
	at     time.Duration
	number uint64
}

type detector struct {
	limits   limits
	seed     maphash.Seed
	requests *window.Map[request, sent]
	voice    *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		l, maphash.MakeSeed(), window.NewMap[request, sent](l.Keys), detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	const ( // 802.11-2020 §9.4.2.47
		shortest = 82 // up to the end of the nonces
		snonce   = 58 // octets from here on are in SNonce, be the MIC of 16 or of 24 octets
	)
	f := o.Frame
	element, ok := f.Elements.Find(dot11.ElementFastTransition)
	if !ok || len(element) < shortest || !o.Intact() || [shortest - snonce]byte(element[snonce:]) == [shortest - snonce]byte{} {
		return
	}
	r, created := d.requests.Put(request{f.Addr2, f.Addr1, maphash.Bytes(d.seed, element)})
	before := *r
	*r = sent{o.Time, o.Number}
	after := o.Time - before.at
	if created || f.IsRetry() || after <= d.limits.Gap || after > d.limits.Recent {
		return
	}
	v := d.voice.Tell(f.Addr2, o.Time)
	switch {
	case v.Several > 0:
		found.Add(d.voice.Several(v.Several, "Somebody replays reassociation requests of fast transitions under many addresses", "replayed fast transitions"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("Somebody sends the reassociation request of %s to %s again, %s after it, with the same nonces and MIC: if the access point installs its key again, what it sends can be deciphered",
				f.Addr2, f.Addr1, after.Round(time.Millisecond)),
			Reason: tocsin.Reason{
				What:     "time after a reassociation request with the same fast transition element",
				Observed: after.Round(time.Millisecond).String(),
				Limit:    d.limits.Gap.String(),
			},
			Subject: f.Addr2.String(),
			Frames:  []uint64{before.number},
		})
	}
}
