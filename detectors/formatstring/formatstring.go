// Package formatstring recognises network names that are made to be misread as a format.
package formatstring

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares FORMATSTRING.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "FORMATSTRING",
		Title:       "Format string as SSID",
		Class:       tocsin.Exploit,
		Severity:    tocsin.High,
		Description: "A network name holds directives such as %s or %n: devices that use the name as a format crash, or worse.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1499.004"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeReq, dot11.ProbeResp, dot11.AssocReq, dot11.ReassocReq),
}, limits{Lasting: time.Minute, Random: 8, Senders: 3, Again: 10 * time.Minute, Keys: 1024}, newDetector)

type limits struct {
	Lasting time.Duration `help:"time for which a device keeps a name that may be a format by chance" min:"1s"`
	Random  int           `help:"different names with a percent sign within lasting from which on such names are taken for random" min:"2"`
	Senders int           `help:"devices within again that are told of together" min:"2"`
	Again   time.Duration `help:"time between two findings about one device" min:"1s"`
	Keys    int           `help:"devices, and names of each, that are remembered"`
}

// several directives that only print are a format; fewer are in names that mean something else.
const several = 3

// claim is a device, zero for all that look for networks with randomised addresses, and a name.
type claim struct {
	device dot11.Addr
	name   uint64
}

// spell is the time in which a claim was repeated without a pause.
type spell struct{ first, last time.Duration }

// news is what can be told of a device: that it uses a name which may be an innocent word, and one which is not.
type news struct {
	device dot11.Addr
	mild   bool
}

type detector struct {
	limits  limits
	seed    maphash.Seed
	names   *window.Distinct[struct{}, uint64] // with a percent sign
	claims  *window.Map[claim, spell]
	told    *window.Set[news]
	senders *window.Alarm[bool] // by news.mild: what is innocent must not add up to an attack
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	names := window.NewDistinct[struct{}, uint64](l.Random, l.Lasting, 1)
	for i := range l.Random {
		names.Add(struct{}{}, uint64(i), -l.Lasting) // takes its memory now, and is long over when frames come
	}
	return &detector{
		limits:  l,
		seed:    maphash.MakeSeed(),
		names:   names,
		claims:  window.NewMap[claim, spell](l.Keys),
		told:    window.NewSet[news](l.Again, l.Keys),
		senders: window.NewAlarm[bool](l.Senders, l.Again, l.Again, 2),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	elements := &o.Frame.Elements
	if air.Repeated && strings.IndexByte(air.Advert.SSID, '%') < 0 || bytes.IndexByte(elements.Raw(), '%') < 0 {
		return
	}
	for i := range elements.Len() {
		if e := elements.At(i); e.ID == dot11.ElementSSID && bytes.IndexByte(e.Data, '%') >= 0 {
			d.name(e.Data, o, found)
		}
	}
}

// name looks at one name in the frame: there may be several.
func (d *detector) name(ssid []byte, o *tocsin.Observation, found *detect.Findings) {
	f, c := o.Frame, claim{o.Frame.Addr2, maphash.Bytes(d.seed, ssid)}
	if f.Kind != dot11.Beacon && f.Kind != dot11.ProbeResp && f.Addr2.IsLocal() {
		c.device = dot11.Addr{}
	}
	random := d.names.Add(struct{}{}, c.name, o.Time) >= d.limits.Random
	format := read(ssid)
	if format.dangerous == 0 && format.others < several {
		return
	}
	meant := format.isSure(ssid) || d.keeps(c, o.Time) && !random
	if !meant || !d.told.Once(news{c.device, format.isMild()}, o.Time) {
		return
	}
	count, ring := d.senders.Add(format.isMild(), o.Time)
	if count >= d.limits.Senders && !ring {
		return
	}
	finding := d.finding(f, c.device, ssid, format)
	if ring {
		d.aboutMany(&finding, count)
	}
	found.Add(finding)
}

// keeps reports whether a device keeps a name. Of random names one in a hundred holds a dangerous directive; tools keep
// them for some seconds, and so do phones that look for them in order to hide what they know.
func (d *detector) keeps(c claim, at time.Duration) bool {
	s, created := d.claims.Put(c)
	if created || (at-s.last).Abs() >= d.limits.Lasting {
		s.first = at
	}
	s.last = at
	return at-s.first >= d.limits.Lasting
}

func (d *detector) finding(f *dot11.Frame, device dot11.Addr, ssid []byte, format directives) tocsin.Finding {
	finding := tocsin.Finding{
		Text: fmt.Sprintf("%s %s %s, a name that devices may take for a format", f.Addr2, detect.Does(f.Kind), tocsin.Quote(ssid)),
		Reason: tocsin.Reason{
			What:     "format directives in the SSID",
			Observed: fmt.Sprintf("%d, of which %d dangerous", format.dangerous+format.others, format.dangerous),
			Limit:    fmt.Sprintf("1 dangerous, or %d", several),
		},
	}
	switch {
	case device.IsZero():
		finding.Subject = "randomised addresses"
	case device != f.BSSID:
		finding.Subject = device.String()
	}
	if !format.isSure(ssid) {
		finding.Confidence = 60
		finding.Reason.What += fmt.Sprintf(" that was kept for %s", d.limits.Lasting)
	}
	if format.isMild() {
		low := tocsin.Low
		finding.Severity = &low
	}
	return finding
}

// aboutMany makes a finding about one device one about count of them.
func (d *detector) aboutMany(finding *tocsin.Finding, count int) {
	finding.Text = "Many devices use format strings as names, the newest: " + finding.Text
	finding.Reason = tocsin.Reason{
		What:     fmt.Sprintf("devices with such names in %s", d.limits.Again),
		Observed: fmt.Sprintf("%d devices", count),
		Limit:    fmt.Sprintf("%d devices", d.limits.Senders),
	}
	finding.BSSID, finding.Source, finding.Subject = dot11.Broadcast, dot11.Broadcast, "many devices"
}
