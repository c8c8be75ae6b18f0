package detect_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

func TestCopiesAreMergedAndRetransmissionsAreNot(t *testing.T) {
	type heard struct {
		at       time.Duration
		sensor   uint16
		sequence uint16
	}
	ms := time.Millisecond
	for name, c := range map[string]struct {
		frames []heard
		want   int
	}{
		"one sensor hears the same bytes again":       {[]heard{{0, 0, 1}, {ms, 0, 1}, {2 * ms, 0, 1}}, 3},
		"a second sensor hears a copy":                {[]heard{{0, 0, 9}, {0, 1, 8}, {ms, 0, 1}, {2 * ms, 1, 1}}, 3},
		"the copy comes first by its clock":           {[]heard{{0, 1, 9}, {0, 0, 8}, {5 * ms, 0, 1}, {ms, 1, 1}}, 3},
		"three sensors hear it":                       {[]heard{{0, 0, 9}, {0, 1, 8}, {ms, 2, 1}, {ms, 0, 1}, {ms, 1, 1}}, 3},
		"two sensors hear frame and repetition":       {[]heard{{0, 0, 9}, {0, 1, 8}, {ms, 0, 1}, {2 * ms, 0, 1}, {3 * ms, 1, 1}, {4 * ms, 1, 1}}, 4},
		"the same bytes long after are another frame": {[]heard{{0, 0, 9}, {0, 1, 8}, {ms, 0, 1}, {22 * ms, 1, 1}}, 4},
		"other bytes are another frame":               {[]heard{{0, 0, 9}, {0, 1, 8}, {ms, 0, 1}, {ms, 1, 2}}, 4},
		"sensors beyond the first sixty-four":         {[]heard{{0, 70, 9}, {0, 6, 8}, {ms, 70, 1}, {ms, 6, 1}}, 3},
	} {
		shown := 0
		e := engine(t, nil, spec("COUNT", dot11.AnyKind, func(*tocsin.Observation, *detect.Findings) { shown++ }))
		for _, h := range c.frames {
			e.Observe(&tocsin.Observation{Time: time.Hour + h.at, Frame: frame(t, dot11.Deauth, h.sequence), Sensor: h.sensor})
		}
		if shown != c.want {
			t.Errorf("%s: %d transmissions, want %d", name, shown, c.want)
		}
	}
}
