package alert

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// clock is a time that tests set.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func at(seconds float64) time.Time {
	return time.Unix(1_700_000_000, 0).Add(time.Duration(seconds * float64(time.Second))).UTC()
}

func flood(limit tocsin.Throttle) *tocsin.Definition {
	return &tocsin.Definition{Header: "FLOOD", Class: tocsin.Denial, Severity: tocsin.Medium, Throttle: limit, Confidence: 80}
}

func found(d *tocsin.Definition, who byte, t time.Time) tocsin.Detected {
	return tocsin.Detected{
		Definition: d, Time: time.Duration(t.UnixNano()), Number: 7, Channel: 6, Frequency: 2437,
		Finding: tocsin.Finding{Text: "a flood", BSSID: tocsin.MAC{0, 0x11, 0x22, 0x33, 0x44, who}},
	}
}

func TestHashIsTheOneClientsKnow(t *testing.T) {
	for text, want := range map[string]uint32{
		"DEAUTHFLOOD 10 0 1700000000.25 00:11:22:33:44:55 00:11:22:33:44:55 FF:FF:FF:FF:FF:FF 00:00:00:00:00:00 6":      2653492799,
		"LOGDISABLED 20 4294967295 1700000000 00:00:00:00:00:00 00:00:00:00:00:00 00:00:00:00:00:00 00:00:00:00:00:00 ": 3886487045,
		"abc": 0,
	} {
		if got := Checksum([]byte(text)); got != want {
			t.Errorf("Checksum(%q) = %d, want %d", text, got, want)
		}
	}
	ap := tocsin.MAC{0, 0x11, 0x22, 0x33, 0x44, 0x55}
	a := &tocsin.Alert{Header: "DEAUTHFLOOD", Severity: 10, Time: at(0.25), Transmitter: ap, Source: ap,
		Dest: tocsin.MAC{255, 255, 255, 255, 255, 255}, Channel: "6"}
	if got := hash(a); got != 2653492799 {
		t.Errorf("hash of the record = %d, want 2653492799", got)
	}
	b := &tocsin.Alert{Header: "LOGDISABLED", Severity: 20, Phy: tocsin.PhyAny, Time: at(0)}
	if got := hash(b); got != 3886487045 {
		t.Errorf("hash of the one-shot record = %d, want 3886487045", got)
	}
}

func TestThrottleResetsBySilence(t *testing.T) {
	throttle := tocsin.Throttle{Limit: tocsin.Rate{Count: 3, Unit: tocsin.Minute}, Burst: tocsin.Rate{Count: 1, Unit: tocsin.Second}}
	var b bucket
	for _, step := range []struct {
		at   float64
		want bool
	}{{0, true}, {0.5, false}, {1.9, false}, {2, true}, {10, true}, {30, false}, {69.9, false}, {70.5, false}, {71, true}, {73, true}} {
		got := b.maySend(throttle, at(step.at))
		if got {
			b.sent(at(step.at))
		}
		if got != step.want {
			t.Errorf("at %.1f s: sent %v, want %v", step.at, got, step.want)
		}
	}
}

func TestNoisyDecoyDoesNotMuteTheVictim(t *testing.T) {
	c := &clock{at(0)}
	l := New(Options{Now: c.now, Backlog: 1000})
	d := flood(tocsin.PerMinute5)
	if _, ok := l.Found(found(d, 1, c.t)); !ok {
		t.Fatal("the victim's first alert was held back")
	}
	raised := 0
	for i := range 10_000 {
		c.t = at(5 + float64(i)/1000)
		decoy := found(d, 2, c.t)
		decoy.Subject = fmt.Sprint(i)
		if _, ok := l.Found(decoy); ok {
			raised++
		}
	}
	if raised > capFactor*d.Throttle.Limit.Count {
		t.Errorf("invented subjects raised %d alerts, want at most %d", raised, capFactor*d.Throttle.Limit.Count)
	}
	if _, ok := l.Found(found(d, 1, c.t)); !ok {
		t.Error("the flood of invented subjects muted the victim")
	}
}

func TestSuppressedAlertsAreCountedInTheNext(t *testing.T) {
	c := &clock{at(0)}
	l := New(Options{Now: c.now, Backlog: 10})
	d := flood(tocsin.PerMinute5)
	for i := range 10 {
		c.t = at(float64(i) / 10)
		l.Found(found(d, 1, c.t))
	}
	c.t = at(3)
	a, ok := l.Found(found(d, 1, c.t))
	if !ok || a.Suppressed != 9 {
		t.Errorf("suppressed = %v, %v, want 9 held back between the two", a, ok)
	}
	if i := l.Incidents(); len(i) != 1 || i[0].Count != 11 || i[0].First.Suppressed != 0 {
		t.Errorf("incidents %+v, want one of 11 findings", i)
	}
}

func TestQuietTimeOpensAnotherIncident(t *testing.T) {
	c := &clock{at(0)}
	l := New(Options{Now: c.now, Backlog: 10, Quiet: time.Minute})
	d := flood(tocsin.PerMinute5)
	for _, s := range []float64{0, 50, 200} {
		c.t = at(s)
		l.Found(found(d, 1, c.t))
	}
	list := l.Incidents()
	if len(list) != 2 || list[0].Count != 2 || list[1].Count != 1 || list[0].ID == list[1].ID {
		t.Errorf("incidents %+v, want one of two findings and one of one", list)
	}
}

func TestRecordsNeverShareATimeNorGoBack(t *testing.T) {
	c := &clock{at(100)}
	l := New(Options{Now: c.now, Backlog: 100})
	var last time.Time
	for i := range 20 {
		if i == 10 {
			c.t = at(0)
		}
		a := l.OneShot("SOURCEERROR", tocsin.System, tocsin.Critical, "gone")
		if !a.Time.After(last) {
			t.Fatalf("record %d at %s does not follow %s", i, a.Time, last)
		}
		last = a.Time
	}
	if got := l.Since(last.Add(-time.Microsecond)); len(got) != 1 || got[0].Time != last {
		t.Errorf("Since finds %d records, want the newest", len(got))
	}
}

func TestBacklogKeepsTheNewest(t *testing.T) {
	c := &clock{at(0)}
	l := New(Options{Now: c.now, Backlog: 3})
	for i := range 5 {
		l.OneShot(fmt.Sprint("A", i), tocsin.System, tocsin.Info, "x")
	}
	var got []string
	for _, a := range l.Alerts() {
		got = append(got, a.Header)
	}
	if fmt.Sprint(got) != "[A2 A3 A4]" {
		t.Errorf("backlog %v, want the newest three, oldest first", got)
	}
	if _, ok := l.ByHash(l.Alerts()[1].Hash); !ok {
		t.Error("a record that is kept is not found by its hash")
	}
}

func TestClientsDefineAndRaise(t *testing.T) {
	c := &clock{at(0)}
	l := New(Options{Now: c.now, Backlog: 10})
	d := tocsin.Definition{Header: "mine", Class: "own", Severity: tocsin.Low, Throttle: tocsin.PerMinute10}
	if err := l.DefineExternal(d); err != nil {
		t.Fatal(err)
	}
	if err := l.DefineExternal(d); tocsin.ErrorCode(err) != tocsin.Exists {
		t.Errorf("the second definition: %v, want Exists", err)
	}
	d.Header, d.Throttle.Burst.Unit = "other", tocsin.Day
	if err := l.DefineExternal(d); !errors.Is(err, ErrBurstUnit) {
		t.Errorf("a burst over a day: %v, want ErrBurstUnit", err)
	}
	d.Throttle = tocsin.PerMinute5
	if err := l.DefineExternal(d); err != nil {
		t.Errorf("the name stayed taken after a refusal: %v", err)
	}
	a, err := l.Raise(Request{Header: "Mine", Text: "hello"})
	if err != nil || a.Header != "MINE" || a.Class != "OWN" || a.Channel != "" {
		t.Errorf("raised %+v, %v", a, err)
	}
	if _, err := l.Raise(Request{Header: "MINE", Text: "again"}); tocsin.ErrorCode(err) != tocsin.Throttled {
		t.Errorf("the second in a second: %v, want Throttled", err)
	}
	if _, err := l.Raise(Request{Header: "KISMET", Text: "x"}); tocsin.ErrorCode(err) != tocsin.Throttled {
		t.Errorf("an alert of rate 0: %v, want Throttled", err)
	}
	if _, err := l.Raise(Request{Header: "NOSUCH", Text: "x"}); tocsin.ErrorCode(err) != tocsin.NotFound {
		t.Errorf("an unknown alert: %v, want NotFound", err)
	}
}

func TestAlertsAreWhereTheyWereHeard(t *testing.T) {
	here, heard := tocsin.Location{Latitude: 1, Fix: 2, From: tocsin.OriginServer}, tocsin.Location{Latitude: 2, Fix: 2, From: tocsin.OriginPacket}
	l := New(Options{Backlog: 10, Location: func(d *tocsin.Detected) *tocsin.Location {
		if d == nil {
			return &here
		}
		return d.Location
	}})
	d := found(flood(tocsin.PerMinute5), 1, at(0))
	if a, _ := l.Found(d); a.Location != nil {
		t.Errorf("got %+v of a finding without a place", a.Location)
	}
	d.Location, d.Subject = &heard, "x"
	if a, _ := l.Found(d); a.Location == nil || *a.Location != heard {
		t.Errorf("got %+v, want where it was heard", a.Location)
	}
	if a, err := l.Raise(Request{Header: "FLOOD"}); err != nil || a.Location == nil || *a.Location != here {
		t.Errorf("got %+v, %v, want where the server is", a, err)
	}
	l.Tell(&tocsin.RootUser, "", "x")
	list := l.Alerts()
	if a := list[len(list)-1]; a.Header != tocsin.RootUser.Header || a.Location != nil {
		t.Errorf("got %+v, want no place of what the server says of itself", a)
	}
}
