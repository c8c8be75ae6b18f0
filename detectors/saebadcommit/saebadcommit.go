// Package saebadcommit recognises SAE commits with values that nobody honest sends, and forged refusals of good ones.
package saebadcommit

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

// Spec declares SAEBADCOMMIT.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "SAEBADCOMMIT",
		Title:       "Bad SAE commit",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "An SAE commit has a value that gets past the password in careless programs, or somebody refuses good commits in the name of an access point.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  95,
		Attack:      []string{"T1212", "T1499"},
		Explains:    []string{"DEAUTHFLOOD", "DEAUTHFORGED", "MFPVIOLATION", "DISASSOCTRAFFIC"},
	},
	Frames: dot11.Only(dot11.Auth),
}, limits{
	SignatureLimits: signature, Refusals: 2, Span: 2 * time.Minute, Busy: 24, Checks: 20, Networks: 256, Stations: 1024,
}, newDetector)

// signature believes unrelated frames late: a flood of commits made of noise is none of single ones.
var signature = detect.SignatureLimits{
	Repeats: 2, Unrelated: 40, Window: 10 * time.Second, Senders: 3, Again: time.Minute, Keys: 512,
}

type limits struct {
	detect.SignatureLimits
	Refusals int           `help:"commits within the span that an access point both refused and accepted" min:"1"`
	Span     time.Duration `help:"time in which such refusals are counted" min:"1s"`
	Busy     int           `help:"commits to one access point in three seconds from which on they are a flood, and no curve is computed" min:"2"`
	Checks   int           `help:"commits a second whose element is looked for on its curve" min:"1"`
	Networks int           `help:"access points that are watched"`
	Stations int           `help:"pairs of access point and station that are watched"`
}

// busySpan is the time in which the commits of a flood are counted.
const busySpan = 3 * time.Second

type detector struct {
	limits    limits
	seed      maphash.Seed
	signature *detect.Signature
	pairs     *window.Map[pair, exchange]
	lies      *window.Alarm[dot11.Addr]
	commits   *window.Counter[dot11.Addr]
	checks    *window.Counter[struct{}]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:    l,
		seed:      maphash.MakeSeed(),
		signature: detect.NewSignature(l.SignatureLimits),
		pairs:     window.NewMap[pair, exchange](l.Stations),
		lies:      window.NewAlarm[dot11.Addr](l.Refusals, l.Span, l.Again, l.Networks),
		commits:   window.NewCounter[dot11.Addr](busySpan, l.Networks),
		checks:    window.NewCounter[struct{}](time.Second, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	f := o.Frame
	step := f.SAEStep()
	var p pair
	switch step {
	case dot11.SAEAsk:
		p = pair{f.BSSID, f.Addr2}
	case dot11.SAEAccept, dot11.SAERefuse, dot11.SAEWelcome:
		p = pair{f.BSSID, f.Addr1}
	default:
		return
	}
	x, _ := d.pairs.Put(p)
	switch {
	case step == dot11.SAERefuse:
		if isRefusal(o) {
			x.refuse(o)
			d.judge(p, x, o, found)
		}
	case step == dot11.SAEWelcome: // only an accepted commit is gone on with
		x.accepted = mark{true, o.Time}
		d.judge(p, x, o, found)
	case !o.Cut:
		d.commit(p, x, step, o, found)
	}
}

// commit judges a commit by itself, and notes it.
func (d *detector) commit(p pair, x *exchange, step dot11.SAEStep, o *tocsin.Observation, found *detect.Findings) {
	f := o.Frame
	s, _ := f.SAE()
	content := maphash.Bytes(d.seed, s.Scalar)
	var own, peer *side
	if step == dot11.SAEAsk {
		own, peer = &x.station, &x.ap
		if own.content != content {
			x.accepted, x.refused = mark{}, mark{}
		}
	} else {
		own, peer = &x.ap, &x.station
		x.accepted = mark{true, o.Time}
	}
	own.content, own.known = content, s.Scalar != nil
	busy := step == dot11.SAEAsk && d.commits.Add(f.BSSID, o.Time) >= d.limits.Busy
	element := maphash.Bytes(d.seed, s.Element)
	d.look(&s, own.known && own.isEcho(peer), busy || own.element == element, o, found)
	own.element = element
	d.judge(p, x, o, found)
}

// look reports a commit whose values nobody honest sends. skip: do not take the time to find out whether its element is on the curve.
func (d *detector) look(s *dot11.SAE, echo, skip bool, o *tocsin.Observation, found *detect.Findings) {
	fault := s.Fault()
	if fault == dot11.SAEShort && !dot11.IsSuitableGroup(s.Group) {
		return // programs differ in how long the fields of such groups are
	}
	if fault == dot11.SAESound && !echo && !skip && d.checks.Count(struct{}{}, o.Time) < d.limits.Checks {
		d.checks.Add(struct{}{}, o.Time)
		if s.OffCurve() {
			fault = dot11.SAEOffCurve
		}
	}
	what := fault.String()
	if fault == dot11.SAESound {
		if !echo {
			return
		}
		what = "scalar of the other side"
	}
	switch v := d.signature.Judge(o, []byte(what), 0); {
	case v.Speak:
		found.Add(d.bad(s, fault, what, o))
	case v.Several != 0:
		text := fmt.Sprintf("%d transmitters send SAE commits that nobody honest sends, the last to %s: %s", v.Several, o.Frame.Addr1, what)
		x := d.signature.Several(v.Several, text, "bad SAE commits")
		x.Confidence = confidence(fault)
		found.Add(x)
	}
}

func (d *detector) bad(s *dot11.SAE, fault dot11.SAEFault, what string, o *tocsin.Observation) tocsin.Finding {
	f := o.Frame
	return tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody under its address, sends %s an SAE commit that nobody honest sends: %s (group %d)", f.Addr2, f.Addr1, what, s.Group),
		Reason: tocsin.Reason{
			What:     "values of an SAE commit",
			Observed: fmt.Sprintf("%s, group %d", what, s.Group),
			Limit:    "a scalar of its own between 1 and the order of the group, an element of the group",
		},
		Subject:    detect.Subject(f),
		Confidence: confidence(fault),
	}
}

// confidence is less in what a damaged frame or one made of noise has as well.
func confidence(fault dot11.SAEFault) tocsin.Confidence {
	switch fault {
	case dot11.SAEShort:
		return 75
	case dot11.SAEOffCurve:
		return 85
	}
	return 0
}
