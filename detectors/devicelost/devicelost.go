// Package devicelost recognises that a device of the policy has fallen silent.
//
// # Time
//
// It lives on the time of frames: any frame tells the time, and silence counts only as long as something is heard. A
// sensor that hears nothing at all cannot tell a device that left from its own deafness; a timer would call every
// listed device lost whenever an antenna comes off. Hence Wi-Fi and Bluetooth, which are heard by different radios, each tell
// the time of their own devices. And the same capture gives the same findings however fast it is read.
package devicelost

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares DEVICELOST.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "DEVICELOST",
		Title:       "Listed device is gone",
		Class:       tocsin.System,
		Severity:    tocsin.High,
		Description: "A device that you listed was heard and then no more, while others were.",
		Phy:         tocsin.PhyAny,
		Throttle:    tocsin.PerMinute10,
		Confidence:  80,
	},
	Frames: dot11.AnyKind, Packets: ble.AnyKind,
	Gaps: true,
}, limits{Timeout: time.Minute, Pause: 10 * time.Second, Signal: -128, Devices: 10, Window: time.Minute, Remembered: 4096}, newDetector)

type limits struct {
	Timeout    time.Duration `help:"silence after which a device is lost, where its rule names none" min:"1s"`
	Pause      time.Duration `help:"a time in which nobody at all was heard counts as this long at most" min:"1s"`
	Signal     int           `help:"weakest signal that counts, dBm; frames whose signal the sensor does not tell count" min:"-128"`
	Devices    int           `help:"devices of one rule lost within the window that are told one by one; then once for all"`
	Window     time.Duration `help:"time in which the devices of a rule are counted" min:"1s"`
	Remembered int           `help:"devices that are remembered"`
}

// watched is the last frame of a listed device.
type watched struct {
	time   time.Duration
	heard  time.Duration // on the clock of its radio
	radio  radio
	number uint64
}

// radio is what hears a device.
type radio uint8

const (
	wifi radio = iota
	bluetooth
	radios
)

// clock is the time in which a radio heard anybody.
type clock struct {
	last  time.Duration // frame of anybody
	heard time.Duration
}

type detector struct {
	limits  limits
	rules   tocsin.DeviceIndex
	devices *window.Map[dot11.Addr, watched]
	lost    *window.Counter[int] // by rule

	clocks [radios]clock
	swept  time.Duration // when all clocks together were this, the silent were looked for
}

func newDetector(l limits, env detect.Env) detect.Detector {
	d := &detector{limits: l, devices: window.NewMap[dot11.Addr, watched](l.Remembered)}
	d.ReadPolicy(env.Policy)
	return d
}

// ReadPolicy leaves the devices that are no longer listed to the next sweep.
func (d *detector) ReadPolicy(p tocsin.Policy) {
	d.rules = tocsin.IndexDevices(p.Devices, func(r tocsin.DeviceRule) bool { return r.Lost })
	d.lost = window.NewCounter[int](d.limits.Window, max(d.rules.Len(), 1))
}

const (
	// clockSet is more than frames of sensors in step are ever late.
	clockSet = time.Hour
	// sweepEvery is how long a device may be silent beyond its timeout before it is told.
	sweepEvery = time.Second
)

// Idle implements detect.Idler.
func (d *detector) Idle() bool { return d.rules.Len() == 0 && d.devices.Len() == 0 }

func (d *detector) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	r := wifi
	if o.BLE != nil {
		r = bluetooth
	}
	c := &d.clocks[r]
	if gap := o.Time - c.last; gap > 0 || gap < -clockSet {
		c.heard += min(max(gap, 0), d.limits.Pause)
		c.last = o.Time
	}
	// Who is merely addressed may be long gone: only sending shows that a device is there.
	device, ok := o.Sender()
	if ok && (o.Radio.Signal == 0 || int(o.Radio.Signal) >= d.limits.Signal) && d.rules.Find(device) >= 0 {
		w, _ := d.devices.Put(device)
		*w = watched{time: o.Time, heard: c.heard, radio: r, number: o.Number}
	}
	if now := d.clocks[wifi].heard + d.clocks[bluetooth].heard; now-d.swept >= sweepEvery {
		d.swept = now
		d.sweep(o.Time, found)
	}
}

// sweep looks for devices that were silent for too long, and forgets them until they are heard again.
func (d *detector) sweep(now time.Duration, found *detect.Findings) {
	var gone []dot11.Addr
	for a, w := range d.devices.All() {
		if n := d.rules.Find(a); n < 0 || d.silence(w) > d.timeout(n) {
			gone = append(gone, a)
		}
	}
	slices.SortFunc(gone, func(a, b dot11.Addr) int {
		return cmp.Or(cmp.Compare(d.silence(d.devices.Peek(b)), d.silence(d.devices.Peek(a))), slices.Compare(a[:], b[:]))
	})
	for _, a := range gone {
		w := *d.devices.Peek(a)
		d.devices.Delete(a)
		if n := d.rules.Find(a); n >= 0 {
			d.tell(a, w, n, now, found)
		}
	}
}

// silence is for how long others were heard by the radio of w, and w not.
func (d *detector) silence(w *watched) time.Duration { return d.clocks[w.radio].heard - w.heard }

func (d *detector) timeout(n int) time.Duration {
	if t := d.rules.Rule(n).Timeout; t > 0 {
		return t
	}
	return d.limits.Timeout
}

func (d *detector) tell(device dot11.Addr, w watched, n int, now time.Duration, found *detect.Findings) {
	rule := d.rules.Rule(n)
	switch count := d.lost.Add(n, now); {
	case count <= d.limits.Devices:
		silence := max(now-w.time, 0).Round(time.Second)
		found.Add(tocsin.Finding{
			Text:     fmt.Sprintf("The listed device %s%s was not heard for %s", device, named(rule), silence),
			Reason:   tocsin.Reason{What: "silence of a listed device", Observed: silence.String(), Limit: d.timeout(n).String()},
			Severity: rule.Severity, Source: device, Subject: device.String(), Apart: true, Frames: []uint64{w.number},
		})
	case count == d.limits.Devices+1:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("More than %d devices of one rule%s were lost within %s; further ones are not told one by one",
				d.limits.Devices, named(rule), d.limits.Window),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("devices of one rule lost in %s", d.limits.Window),
				Observed: fmt.Sprint(d.limits.Devices + 1), Limit: fmt.Sprint(d.limits.Devices),
			},
			Severity: rule.Severity, Subject: "many of " + rule.Device.Addr.String(), Apart: true,
		})
	}
}

// named returns what people call a rule, to follow an address.
func named(rule *tocsin.DeviceRule) string {
	if rule.Name == "" {
		return ""
	}
	return " (" + tocsin.Quote([]byte(rule.Name)) + ")"
}
