package detecttest_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

type printLimits struct {
	Frames int `help:"frames to pass over between two that are printed" min:"0"`
}

// printer finds every frame: its findings show what the air language makes of a line.
type printer struct {
	limits printLimits
	passed int
}

func (p *printer) Observe(o *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	if p.passed < p.limits.Frames {
		p.passed++
		return
	}
	p.passed = 0
	if o.BLE != nil {
		found.Add(tocsin.Finding{Text: showPacket(o), Reason: tocsin.Reason{What: o.BLE.Defects.String()}})
		return
	}
	f := o.Frame
	ssid, _, _ := f.Elements.SSID()
	found.Add(tocsin.Finding{
		Text: show(o), Subject: string(ssid), Reason: tocsin.Reason{What: f.Defects.String(), Observed: f.Security().String()},
	})
}

var printSpec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{Header: "PRINT", Severity: tocsin.Info, Confidence: 50}, Frames: dot11.AnyKind, Packets: ble.AnyKind, Damaged: true,
}, printLimits{}, func(l printLimits, _ detect.Env) detect.Detector { return &printer{limits: l} })

func TestAirMakesTheFramesItSays(t *testing.T) { detecttest.RunIn(t, printSpec, "testdata/air") }
