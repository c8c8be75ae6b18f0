// Package dot11d recognises access points that name another country, or other rules of it, than before.
package dot11d

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DOT11D.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DOT11D",
		Title:       "Country of an access point changed",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "An access point names another country, or other channels and powers for it, than before: an impostor with other settings, or a change of settings.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  50,
		Attack:      []string{"T1557.004"},
	},
	Frames:  dot11.Only(dot11.Beacon, dot11.ProbeResp),
	Content: true,
}, limits{Repeats: 3, Changes: 3, Window: 10 * time.Second, Again: time.Minute, Several: 3, Networks: 1024}, newDetector)

type limits struct {
	Repeats  int           `help:"frames with the new country within the window, if their checksum is unknown"`
	Changes  int           `help:"changes within the window from which on two transmitters must be at work" min:"2"`
	Window   time.Duration `help:"time in which frames and changes are counted" min:"1s"`
	Again    time.Duration `help:"time between two findings about one network" min:"1s"`
	Several  int           `help:"networks within again that are one attack with invented addresses" min:"2"`
	Networks int           `help:"networks that are watched"`
}

// rules are what an access point says of its country.
type rules struct {
	country  [2]byte
	triplets uint32
}

// network is the beacons or the responses of a BSSID.
type network struct {
	bssid    dot11.Addr
	response bool
}

// doubt is a change that damage may have made.
type doubt struct {
	before, now rules
	at          time.Duration
	seen        int
}

type detector struct {
	limits  limits
	doubts  *window.Map[network, doubt]
	both    *window.Alarm[network]
	told    *window.Set[dot11.Addr]
	several *window.Alarm[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		doubts:  window.NewMap[network, doubt](l.Networks),
		both:    window.NewAlarm[network](l.Changes, l.Window, l.Again, l.Networks),
		told:    window.NewSet[dot11.Addr](l.Again, l.Networks),
		several: window.NewAlarm[struct{}](l.Several, l.Again, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	changed := air.Changed&(track.CountryChanged|track.TripletsChanged) != 0
	if air.Advert == nil || !changed && d.doubts.Len() == 0 {
		return
	}
	n := network{o.Frame.BSSID, air.Advert.Response}
	before := rules{air.Before.Country, air.Before.Triplets}
	now := rules{air.Advert.Country, air.Advert.Triplets}
	if !isCode(now.country) || changed && !isCode(before.country) {
		return
	}
	if o.Radio.FCS != dot11.FCSGood {
		// What the first few frames said may be the damage, and the change the truth.
		if air.Advert.Frames <= uint64(d.limits.Repeats) || !changed && !says(o.Frame, now) {
			return
		}
		if before, changed = d.repeated(n, doubt{before: before, now: now, at: o.Time}, changed); !changed {
			return
		}
	} else if !changed {
		return
	}
	changes, ring := d.both.Add(n, o.Time)
	if !ring && (changes >= d.limits.Changes || !d.told.Once(n.bssid, o.Time)) {
		return
	}
	if ring {
		f := finding(o, air.Advert.SSID, before, now)
		f.Severity, f.Confidence = nil, 85
		f.Text += fmt.Sprintf("; it changed %d times in %s, so two transmitters use the same address", changes, d.limits.Window)
		found.Add(f)
		return
	}
	switch networks, ring := d.several.Add(struct{}{}, o.Time); {
	case ring:
		found.Add(d.many(networks))
	case networks < d.limits.Several:
		found.Add(finding(o, air.Advert.SSID, before, now))
	}
}

// says reports whether f itself has those rules, and is not one from which the tracker learned nothing.
func says(f *dot11.Frame, r rules) bool {
	c, ok := f.Elements.Country()
	return ok && c.Code == r.country && f.Defects&(dot11.DefectOverrun|dot11.DefectShortFixed) == 0
}

// repeated keeps a change until the new rules were heard often enough. It then returns the rules before the change.
// While two transmitters take turns, every frame is a change, back and forth; and after damaged frames it is the rules
// from before the first of them that the network comes back to.
func (d *detector) repeated(n network, heard doubt, changed bool) (before rules, meant bool) {
	v := d.doubts.Get(n)
	old := v != nil && (heard.at-v.at > d.limits.Window || v.at-heard.at > d.limits.Window)
	switch {
	case v == nil && !changed:
		return before, false
	case v == nil:
		v, _ = d.doubts.Put(n)
		*v = heard
	case heard.now == v.before:
		if old {
			d.doubts.Delete(n)
		}
		return before, false
	case old || heard.now != v.now:
		v.now, v.at, v.seen = heard.now, heard.at, 0
	}
	v.seen++
	if v.seen < d.limits.Repeats {
		return before, false
	}
	before = v.before
	d.doubts.Delete(n)
	return before, true
}

func finding(o *tocsin.Observation, ssid string, before, now rules) tocsin.Finding {
	var f tocsin.Finding
	old, code := string(before.country[:]), string(now.country[:])
	who := fmt.Sprintf("The access point %s of the network %s", o.Frame.BSSID, tocsin.Quote([]byte(ssid)))
	if before.country != now.country {
		f.Text = fmt.Sprintf("%s changed its country from %s to %s", who, old, code)
		f.Reason = tocsin.Reason{What: "country of an access point", Observed: code, Limit: old}
	} else {
		low := tocsin.Low
		f.Severity, f.Confidence = &low, 40
		f.Text = fmt.Sprintf("%s changed the channels and powers that it gives for its country, %s", who, code)
		f.Reason = tocsin.Reason{
			What: "channels and powers for a country", Observed: described(o.Frame), Limit: fmt.Sprintf("those it gave before for %s", old),
		}
	}
	return f
}

func (d *detector) many(networks int) tocsin.Finding {
	return tocsin.Finding{
		Text:   fmt.Sprintf("%d access points changed their country within %s; further ones are not told one by one", networks, d.limits.Again),
		Reason: tocsin.Reason{What: fmt.Sprintf("access points that change their country in %s", d.limits.Again), Observed: fmt.Sprint(networks), Limit: fmt.Sprint(d.limits.Several)},
		BSSID:  dot11.Broadcast, Source: dot11.Broadcast, Subject: "many networks",
	}
}

// isCode reports whether c can stand for a country (802.11-2020 §9.4.2.8): access points that do not know theirs send blanks or zeros.
func isCode(c [2]byte) bool {
	for _, letter := range c {
		if (letter < 'A' || letter > 'Z') && (letter < 'a' || letter > 'z') && (letter < '0' || letter > '9') {
			return false
		}
	}
	return true
}

// maxShown is how many ranges of channels a finding shows: at 5 GHz there may be one for each channel.
const maxShown = 4

// described lists the channels and powers of f.
func described(f *dot11.Frame) string {
	text, n := "", 0
	country, _ := f.Elements.Country()
	for t := range country.Triplets() {
		if n++; n > maxShown {
			return text + ", …"
		}
		if n > 1 {
			text += ", "
		}
		text += fmt.Sprintf("%d channels from %d at %d dBm", t.Count, t.First, t.Power)
	}
	return text
}
