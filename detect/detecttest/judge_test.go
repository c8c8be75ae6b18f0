package detecttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

// each finds every frame.
type each struct{}

func (each) Observe(_ *tocsin.Observation, _ *track.Sight, found *detect.Findings) {
	found.Add(tocsin.Finding{Text: "a frame"})
}

var eachSpec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{Header: "EACH", Severity: tocsin.Low}, Frames: dot11.AnyKind, Packets: ble.AnyKind,
}, struct{}{}, func(struct{}, detect.Env) detect.Detector { return each{} })

// judged returns all that is wrong with a case, as one text.
func judged(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := readFile(path)
	if err != nil {
		return err.Error()
	}
	c, err := f.open(eachSpec)
	if err != nil {
		return err.Error()
	}
	got, err := c.run(c.detector)
	if err != nil {
		t.Fatal(err)
	}
	prefix, _, _ := strings.Cut(name, "-")
	var b strings.Builder
	for _, p := range c.judge(path, prefix, got) {
		b.WriteString(p.Error() + "\n")
	}
	return b.String()
}

func TestCasesThatAreWrongFail(t *testing.T) {
	const head = "What it shows.\n-- air --\na = 02:00:00:00:00:0a\n"
	for _, c := range []struct{ name, text, want string }{
		{"fires-a.txt", head + "1s beacon a\n-- want --\n1s EACH bssid a severity low text ~ \"fra\"\n", ""},
		{"fires-a.txt", head + "1s beacon a\n-- want --\n2s EACH\n", "time is 1s, want 2s"},
		{"fires-a.txt", head + "1s beacon a\n-- want --\nOTHER\n", "header is EACH, want OTHER"},
		{"fires-a.txt", head + "1s beacon a\n-- want --\nEACH severity high\n", `severity is "low", want "high"`},
		{"fires-a.txt", head + "1s beacon a\n-- want --\nEACH text ~ \"other\"\n", "want something with"},
		{"fires-a.txt", head + "1s beacon a\n-- want --\nEACH colour red\n", `a finding has no "colour"`},
		{"fires-a.txt", head + "1s beacon a\n-- want --\nEACH\n9s EACH\n", "not found: EACH"},
		{"fires-a.txt", head + "1s beacon a\n-- want --\n", "must want a finding"},
		{"quiet-a.txt", head + "1s beacon a\n-- want --\nnone\n", "found, but not wanted: 1s EACH bssid a"},
		{"quiet-a.txt", head + "1s beacon a\n-- want --\nEACH\n", "must want none"},
		{"other-a.txt", head + "1s beacon a\n-- want --\nEACH\n", "the name must begin with"},
		{"quiet-a.txt", "-- air --\n-- want --\n", "the first lines must say"},
		{"quiet-a.txt", head, "one -- want --"},
		{"quiet-a.txt", head + "-- wants --\n-- want --\n", "there is no section"},
		{"quiet-a.txt", head + "1s beacon b\n-- want --\n", `line 4: "b" is not an address`},
		{"quiet-a.txt", head + "1s beacon a reason 3\n-- want --\n", `line 4: beacon does not know ["reason"]`},
		{"quiet-a.txt", head + "1s bacon a\n-- want --\n", `"bacon" is no kind of frame`},
		{"quiet-a.txt", head + "soon beacon a\n-- want --\n", `"soon" is not a time`},
		{"quiet-a.txt", head + "1s deauth a\n-- want --\n", "needs a sender and a receiver"},
		{"quiet-a.txt", head + "1s bleadv a mode 1\n-- want --\n", `bleadv does not know ["mode"]`},
		{"quiet-a.txt", head + "1s bleext a auxptr 00\n-- want --\n", "auxptr has three octets"},
		{"quiet-a.txt", head + "1s bleadv a ad 1 06 advdata 00\n-- want --\n", "want advdata or ad, not both"},
		{"quiet-a.txt", head + "1s bleadv a advdata 00*250\n-- want --\n", "the payload has 256 octets"},
		{"quiet-a.txt", head + "1s blescanreq a\n-- want --\n", "needs a sender and a receiver"},
		{"fires-a.txt", head + "1s bleadv a\n-- want --\n1s EACH source a channel FHSS freq 2402\n", ""},
		{"quiet-a.txt", head + "1s beacon a every 1s\n-- want --\n", "want every TIME x COUNT"},
		{"quiet-a.txt", head + "1s beacon a ssid \"open\n-- want --\n", "the quoted text does not end"},
	} {
		got := judged(t, c.name, c.text)
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q\ngives %q, want %q in it", c.name, c.text, got, c.want)
		}
	}
}
