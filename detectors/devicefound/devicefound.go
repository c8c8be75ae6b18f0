// Package devicefound recognises that a device of the policy is there.
package devicefound

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DEVICEFOUND.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DEVICEFOUND",
		Title:       "Listed device is there",
		Class:       tocsin.System,
		Severity:    tocsin.High,
		Description: "A device that you listed was heard, for the first time or after a silence.",
		Phy:         tocsin.PhyAny,
		Throttle:    tocsin.PerMinute10,
		Confidence:  90,
	},
	Frames: dot11.AnyKind, Packets: ble.AnyKind,
}, limits{Timeout: time.Minute, Signal: -128, Devices: 10, Window: time.Minute, Remembered: 4096}, newDetector)

type limits struct {
	Timeout    time.Duration `help:"silence after which a device is found anew, where its rule names none" min:"1s"`
	Signal     int           `help:"weakest signal that counts, dBm; frames whose signal the sensor does not tell count" min:"-128"`
	Devices    int           `help:"devices of one rule found within the window that are told one by one; then once for all"`
	Window     time.Duration `help:"time in which the devices of a rule are counted" min:"1s"`
	Remembered int           `help:"devices that are remembered"`
}

type detector struct {
	limits limits
	rules  tocsin.DeviceIndex
	last   *window.Map[dot11.Addr, time.Duration] // frame of a device
	found  *window.Counter[int]                   // by rule
}

func newDetector(l limits, env detect.Env) detect.Detector {
	d := &detector{limits: l, last: window.NewMap[dot11.Addr, time.Duration](l.Remembered)}
	d.ReadPolicy(env.Policy)
	return d
}

// ReadPolicy forgets the devices that are no longer listed: nobody knows how long they were silent since.
func (d *detector) ReadPolicy(p tocsin.Policy) {
	d.rules = tocsin.IndexDevices(p.Devices, func(r tocsin.DeviceRule) bool { return r.Found })
	d.found = window.NewCounter[int](d.limits.Window, max(d.rules.Len(), 1))
	var unlisted []dot11.Addr
	for a := range d.last.All() {
		if d.rules.Find(a) < 0 {
			unlisted = append(unlisted, a)
		}
	}
	for _, a := range unlisted {
		d.last.Delete(a)
	}
}

// clockSet is more than frames of sensors in step are ever late.
const clockSet = time.Hour

// Idle implements detect.Idler.
func (d *detector) Idle() bool { return d.rules.Len() == 0 }

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	// Who is merely addressed may be anywhere: only sending shows that a device is there.
	device, ok := o.Sender()
	n := -1
	if ok && (o.Radio.Signal == 0 || int(o.Radio.Signal) >= d.limits.Signal) {
		n = d.rules.Find(device)
	}
	if n < 0 {
		return
	}
	rule := d.rules.Rule(n)
	last, first := d.last.Put(device)
	silence := o.Time - *last
	if silence > 0 || silence < -clockSet || first {
		*last = o.Time
	}
	timeout := rule.Timeout
	if timeout <= 0 {
		timeout = d.limits.Timeout
	}
	if !first && silence <= timeout {
		return
	}
	switch count := d.found.Add(n, o.Time); {
	case count <= d.limits.Devices:
		found.Add(finding(device, rule, first, silence, timeout))
	case count == d.limits.Devices+1:
		found.Add(d.many(rule))
	}
}

func finding(device dot11.Addr, rule *tocsin.DeviceRule, first bool, silence, timeout time.Duration) tocsin.Finding {
	f := tocsin.Finding{
		Text:     fmt.Sprintf("The listed device %s%s is there", device, named(rule)),
		Reason:   tocsin.Reason{What: "transmission of a listed device", Observed: "the first that was heard"},
		Severity: rule.Severity, Source: device, Other: device, Subject: device.String(),
	}
	if !first {
		silence = silence.Round(time.Second)
		f.Text += fmt.Sprintf(" again after %s of silence", silence)
		f.Reason.Observed, f.Reason.Limit = fmt.Sprintf("%s of silence before it", silence), timeout.String()
	}
	return f
}

func (d *detector) many(rule *tocsin.DeviceRule) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("More than %d devices of one rule%s were found within %s; further ones are not told one by one",
			d.limits.Devices, named(rule), d.limits.Window),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("devices of one rule found in %s", d.limits.Window),
			Observed: fmt.Sprint(d.limits.Devices + 1), Limit: fmt.Sprint(d.limits.Devices),
		},
		Severity: rule.Severity, Subject: "many of " + rule.Device.Addr.String(),
	}
}

// named returns what people call a rule, to follow an address.
func named(rule *tocsin.DeviceRule) string {
	if rule.Name == "" {
		return ""
	}
	return " (" + tocsin.Quote([]byte(rule.Name)) + ")"
}
