package detect_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
)

type allLimits struct {
	MinClients   int     `help:"clients" min:"0"`
	KeysPerBSSID int     `help:"keys"`
	Ratio        float64 `help:"share" min:"0.1"`
	Shared
	Window time.Duration `help:"time" min:"1s"`
}

// Shared are limits that detectors embed.
type Shared struct {
	Strict bool `help:"all of them"`
}

type twice struct {
	Strict bool `help:"once"`
	Shared
}

func allSpec(got *allLimits) detect.Spec {
	return detect.Define(detect.Spec{Definition: tocsin.Definition{Header: "ALL"}},
		allLimits{MinClients: 3, KeysPerBSSID: 7, Ratio: 0.5, Window: time.Minute},
		func(l allLimits, _ detect.Env) detect.Detector { *got = l; return watcher(nil) })
}

func TestLimitsDescribeThemselves(t *testing.T) {
	want := []detect.Limit{
		{"min_clients", "int", "3", "0", "clients"}, {"keys_per_bssid", "int", "7", "1", "keys"},
		{"ratio", "float", "0.5", "0.1", "share"}, {"strict", "bool", "false", "", "all of them"},
		{"window", "duration", "1m0s", "1s", "time"},
	}
	if diff := cmp.Diff(want, allSpec(new(allLimits)).Limits()); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestLimitsAreOverriddenByValuesAndText(t *testing.T) {
	for _, m := range []map[string]any{
		{"min_clients": 0, "keys_per_bssid": int64(9), "ratio": 1, "strict": true, "window": 2 * time.Second},
		{"min_clients": "0", "keys_per_bssid": 9.0, "ratio": "1.0", "strict": "true", "window": "2s"},
	} {
		var got allLimits
		if _, err := allSpec(&got).New(m, detect.Env{}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(allLimits{0, 9, 1, Shared{true}, 2 * time.Second}, got); diff != "" {
			t.Errorf("%v gives (-want +got):\n%s", m, diff)
		}
	}
}

func TestLimitsRefuseWhatTheyCannotBe(t *testing.T) {
	for name, value := range map[string]any{
		"min_clients": -1, "keys_per_bssid": 1.5, "ratio": "NaN", "strict": "perhaps", "window": 10, "unknown": 1,
	} {
		if _, err := allSpec(new(allLimits)).New(map[string]any{name: value}, detect.Env{}); err == nil {
			t.Errorf("%s = %v was taken, want an error", name, value)
		}
	}
}

func TestLimitsThatCannotBeAreAProgrammersError(t *testing.T) {
	for name, define := range map[string]func(){
		"no help": func() { detect.Define(detect.Spec{}, struct{ A int }{1}, makeNone[struct{ A int }]) },
		"below":   func() { detect.Define(detect.Spec{}, below{}, makeNone[below]) },
		"twice":   func() { detect.Define(detect.Spec{}, twice{}, makeNone[twice]) },
		"type":    func() { detect.Define(detect.Spec{}, text{}, makeNone[text]) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: Define did not panic", name)
				}
			}()
			define()
		}()
	}
}

type (
	below struct {
		A int `help:"a"`
	}
	text struct {
		A string `help:"a"`
	}
)

func makeNone[L any](L, detect.Env) detect.Detector { return watcher(nil) }
