package report

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
)

func TestPageTellsWhatPeopleDid(t *testing.T) {
	files := sample()[1:]
	i := &files[0].Incidents[0]
	i.Add(tocsin.Change{To: tocsin.Acknowledged, By: "ann", Comment: nasty})
	i.Silence = tocsin.ID{1}
	var b strings.Builder
	if err := HTML(&b, files, options()); err != nil {
		t.Fatal(err)
	}
	const want = "<dt>Done</dt><dd>silenced: nobody is told of it; acknowledged by ann: &lt;script&gt;"
	if !strings.Contains(b.String(), want) {
		t.Errorf("the page lacks %s:\n%s", want, b.String())
	}
}

// nasty is text as an attacker would choose it.
const nasty = `<script>alert(1)</script> & "x"`

func sample() []File {
	t := time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	a := &tocsin.Alert{
		Header: "DEAUTHFLOOD", Class: tocsin.Denial, Severity: tocsin.Medium, Channel: "6", Frequency: 2437000,
		Transmitter: tocsin.MAC{0, 0x1d, 0x0f, 0x10, 0, 1}, Text: "A flood " + nasty, Confidence: 85, FrameTime: t,
		Reason: tocsin.Reason{What: "frames in 10s", Observed: "40", Limit: "11"}, Frames: []uint64{1, 2, 3, 4, 5, 6, 7},
	}
	return []File{
		{Name: "quiet.pcap", Packets: 1234567, First: 0, Last: 90 * time.Second, Networks: 1},
		{
			Name: "bad\x1b[2J.pcap", Packets: 10, Last: 500 * time.Millisecond, Networks: 2,
			Warnings: []string{"3 packets are of link type 1, which is not read"}, Error: errors.New("the last record is cut off"),
			Incidents: []tocsin.Incident{{First: a, Last: a, FirstSeen: t, LastSeen: t.Add(75 * time.Second), Count: 1500, MaxSeverity: tocsin.Medium}},
		},
	}
}

func options() Options {
	return Options{Guide: func(h string) Guide { return Guide{Title: "Title of " + h, Advice: "Turn on protection."} }}
}

func TestTableTellsWhatHappenedAndWhatToDo(t *testing.T) {
	var b strings.Builder
	if err := Table(&b, sample(), options()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"1,234,567 packets, 1 min 30 s of air, 1 network\n  No attack found.",
		`"bad\x1b[2J.pcap"`, "warning: 3 packets are of link type 1", "stopped: the last record is cut off",
		"MEDIUM   DEAUTHFLOOD  2026-11-23 08:00:00 for 1 min 15 s, 1,500 times",
		"Why: frames in 10s: 40, limit 11; confidence 85 %; frames 1, 2, 3, 4, 5 …", "Do: Turn on protection.",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, b.String())
		}
	}
	for _, r := range b.String() {
		if r < ' ' && r != '\n' {
			t.Errorf("the table holds the control character %U", r)
		}
	}
}

func TestSilenceIsNoAllClearForWhatWasNotRead(t *testing.T) {
	cut := errors.New("the last record is cut off")
	for _, c := range []struct {
		file File
		want string
	}{
		{File{Name: "f", Packets: 7}, "No attack found."},
		{File{Name: "f", Packets: 7, Error: cut}, "No attack found in what was read."},
		{File{Name: "f", Error: cut}, "Nothing was read, so this says nothing about attacks."},
		{File{Name: "f"}, "Nothing was read, so this says nothing about attacks."},
	} {
		for form, write := range map[string]func(io.Writer, []File, Options) error{"table": Table, "page": HTML} {
			var b strings.Builder
			if err := write(&b, []File{c.file}, options()); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(b.String(), c.want) {
				t.Errorf("%s of %+v lacks %q:\n%s", form, c.file, c.want, b.String())
			}
		}
	}
}

func TestEffectsAreToldWithTheirCause(t *testing.T) {
	files := sample()[1:]
	cause := files[0].Incidents[0]
	cause.ID = tocsin.ID{1}
	effect, further := cause, cause
	record := *cause.Last
	record.Header = "BCASTDISCON"
	effect.ID, effect.Last, effect.Count, effect.Inhibitor = tocsin.ID{2}, &record, 1, cause.ID
	further.ID, further.Last, further.Inhibitor = tocsin.ID{3}, &record, effect.ID
	files[0].Incidents = []tocsin.Incident{effect, cause, further}
	var table, page, doc strings.Builder
	for _, err := range []error{Table(&table, files, options()), HTML(&page, files, options()), JSON(&doc, files, options())} {
		if err != nil {
			t.Fatal(err)
		}
	}
	const explains = "BCASTDISCON (1,501 findings)"
	if got := table.String(); !strings.Contains(got, "Explains: "+explains) || strings.Count(got, "Why: ") != 1 || !strings.Contains(got, "1 incident") {
		t.Errorf("the table does not tell the effects with their cause alone:\n%s", got)
	}
	if got := page.String(); !strings.Contains(got, "<dd>"+explains+"</dd>") || strings.Count(got, "<article") != 1 {
		t.Errorf("the page does not tell the effects with their cause alone:\n%s", got)
	}
	if got := doc.String(); strings.Count(got, `"inhibited_by": "`+cause.ID.String()) != 1 || strings.Count(got, `"id"`) != 3 {
		t.Errorf("the document does not name causes:\n%s", got)
	}
}

func TestTableKeepsToTheWidth(t *testing.T) {
	o := options()
	o.Width = 60
	var b strings.Builder
	if err := Table(&b, sample(), o); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		if n := len([]rune(line)); strings.HasPrefix(line, "           ") && n > 61 {
			t.Errorf("line of %d columns: %q", n, line)
		}
	}
}

func TestJSONIsWhole(t *testing.T) {
	var b strings.Builder
	if err := JSON(&b, sample(), options()); err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Files []struct {
			File      string
			Error     string
			Warnings  []string
			Incidents []struct {
				Header, Severity, Text, Advice, BSSID string
				Count                                 uint64
				Frames                                []uint64
			}
		}
	}
	if err := json.Unmarshal([]byte(b.String()), &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Files) != 2 || len(doc.Files[0].Incidents) != 0 || doc.Files[1].Error == "" || len(doc.Files[1].Warnings) != 1 {
		t.Fatalf("files %+v", doc.Files)
	}
	i := doc.Files[1].Incidents[0]
	if i.Header != "DEAUTHFLOOD" || i.Severity != "MEDIUM" || i.Count != 1500 || i.Advice == "" || i.BSSID != "00:1D:0F:10:00:01" || len(i.Frames) != 7 {
		t.Errorf("incident %+v", i)
	}
	if !strings.Contains(i.Text, nasty) {
		t.Errorf("the text changed on the way: %q", i.Text)
	}
}

func TestPageIsInert(t *testing.T) {
	var b strings.Builder
	if err := HTML(&b, sample(), options()); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, want := range []string{"Content-Security-Policy", "&lt;script&gt;", "Title of DEAUTHFLOOD", "Turn on protection.", "1,500 times"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(page, "<script") {
		t.Error("text from the air became markup")
	}
}

func TestWorstIsTheHighestSeverity(t *testing.T) {
	if s, ok := Worst(sample()); !ok || s != tocsin.Medium {
		t.Errorf("worst %v, %v, want MEDIUM", s, ok)
	}
	if _, ok := Worst(sample()[:1]); ok {
		t.Error("something was found in a quiet capture")
	}
}

func TestJSONTellsWhereItWasHeard(t *testing.T) {
	for name, c := range map[string]struct {
		place *tocsin.Location
		want  string
	}{
		"nowhere":          {nil, ``},
		"without altitude": {&tocsin.Location{Latitude: 47.25, Longitude: 8.5, Altitude: 9, Fix: 2, From: tocsin.OriginPacket}, `{"latitude":47.25,"longitude":8.5,"from":"packet"}`},
		"with":             {&tocsin.Location{Latitude: -1, Longitude: 2, Altitude: 0, Fix: 3, From: tocsin.OriginSensor}, `{"latitude":-1,"longitude":2,"altitude":0,"from":"sensor"}`},
	} {
		files := sample()
		files[1].Incidents[0].Last.Location = c.place
		var b strings.Builder
		if err := JSON(&b, files, options()); err != nil {
			t.Fatal(err)
		}
		var doc struct {
			Files []struct {
				Incidents []struct{ Location json.RawMessage }
			}
		}
		if err := json.Unmarshal([]byte(b.String()), &doc); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(strings.Fields(string(doc.Files[1].Incidents[0].Location)), ""); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}
