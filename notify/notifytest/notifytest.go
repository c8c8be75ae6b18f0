// Package notifytest is the suite that every outbox passes.
package notifytest

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
)

var start = time.Date(2026, 11, 24, 21, 0, 0, 123_000_000, time.UTC)

// letter returns a letter of number n.
func letter(n int, receiver string) notify.Letter {
	at := start.Add(time.Duration(n) * time.Second)
	c := notify.Case{
		ID: tocsin.NewID(at, 1, uint64(n)), Header: "DEAUTHFLOOD", Title: "Flood", Class: tocsin.Denial, Severity: tocsin.High, Confidence: 90,
		Text: "A \"text\" with \x00 and \u202e", Reason: tocsin.Reason{What: "frames", Observed: "31", Limit: "30"}, Advice: "Look.", Subject: "s", Network: "n",
		Channel: "6", Sensors: []string{"roof", "barn"}, Site: "home", First: at, Last: at.Add(time.Minute), Count: 7, Link: "https://wids.example/i/1",
	}
	return notify.Letter{Receiver: receiver, Message: &notify.Message{
		ID: tocsin.NewID(at, 0, uint64(n)), Kind: notify.Reminder, Group: "g\x00h", Time: at, Cases: []notify.Case{c, {ID: c.ID}}, More: n, Open: 3,
	}}
}

func known(group string, n int, s tocsin.Severity) notify.Known {
	return notify.Known{Group: group, Case: tocsin.NewID(start, uint16(n), 9), Severity: s, Time: start.Add(time.Duration(n) * time.Minute)}
}

// Run runs the suite over outboxes that open makes, which are empty. Again opens the same outbox anew, nil where nothing is left of it.
func Run(t *testing.T, open func(testing.TB) notify.Outbox, again func(testing.TB, notify.Outbox) notify.Outbox) {
	t.Run("letters and knowledge", func(t *testing.T) {
		ctx := t.Context()
		o := open(t)
		wantLetters(ctx, t, o)
		second, first, other := letter(2, "phone"), letter(1, "phone"), letter(1, "desk")
		for _, p := range []notify.Promise{
			{Letters: []notify.Letter{second}, Known: []notify.Known{known("a\x00\xff", 1, tocsin.Low), known("b", 1, tocsin.High)}},
			{Letters: []notify.Letter{first, other}, Known: []notify.Known{known("a\x00\xff", 1, tocsin.High), known("a\x00\xff", 2, tocsin.Medium)}},
			{Forget: []notify.Known{known("b", 1, 0), known("b", 7, 0)}}, {},
		} {
			if err := o.Put(ctx, p); err != nil {
				t.Fatal(err)
			}
		}
		check := func(o notify.Outbox) {
			t.Helper()
			wantLetters(ctx, t, o, first, other, second)
			wantKnown(ctx, t, o, known("a\x00\xff", 1, tocsin.High), known("a\x00\xff", 2, tocsin.Medium))
		}
		check(o)
		if again != nil {
			o = again(t, o)
			check(o)
		}
		for range 2 { // the second has nothing to take out
			if err := o.Done(ctx, first.Message.ID, "phone"); err != nil {
				t.Fatal(err)
			}
		}
		wantLetters(ctx, t, o, other, second)
		if err := o.Put(ctx, notify.Promise{Letters: []notify.Letter{other}}); err != nil { // its end was unknown
			t.Fatal(err)
		}
		wantLetters(ctx, t, o, other, second)
	})
}

func wantLetters(ctx context.Context, t *testing.T, o notify.Outbox, want ...notify.Letter) {
	t.Helper()
	got, err := o.Waiting(ctx)
	slices.SortStableFunc(got, func(a, b notify.Letter) int {
		return cmp.Or(slices.Compare(a.Message.ID[:], b.Message.ID[:]), -cmp.Compare(a.Receiver, b.Receiver))
	})
	if diff := gocmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("letters that wait: %v (-want +got)\n%s", err, diff)
	}
}

func wantKnown(ctx context.Context, t *testing.T, o notify.Outbox, want ...notify.Known) {
	t.Helper()
	got, err := o.Known(ctx)
	slices.SortFunc(got, func(a, b notify.Known) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), slices.Compare(a.Case[:], b.Case[:]))
	})
	if diff := gocmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("known: %v (-want +got)\n%s", err, diff)
	}
}
