package app

import (
	"context"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/store/mem"
	"github.com/tocsin-wids/tocsin/store/storetest"
)

// walk asks page after page and returns the alerts, and how many pages there were.
func walk(t *testing.T, r v1.Records, q v1.Query) (list []*tocsin.Alert, pages int) {
	t.Helper()
	for pages = 1; ; pages++ {
		found, err := r.Page(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		if list = append(list, found.Alerts...); found.Next == nil {
			return list, pages
		}
		if q.Before != nil && found.Next.Compare(*q.Before) >= 0 {
			t.Fatalf("page %d does not go on: from %v to %v", pages, q.Before, found.Next)
		}
		q.Before = found.Next
	}
}

func TestArchiveIsReadToItsEnd(t *testing.T) {
	const n = 1300
	s := mem.New(1 << 20)
	all := storetest.Alerts(n)
	if err := s.Put(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		q    v1.Query
		want func(i int) bool
	}{
		"everything":       {v1.Query{Limit: 100}, func(int) bool { return true }},
		"all on one page":  {v1.Query{Limit: n}, func(int) bool { return true }},
		"by severity":      {v1.Query{Limit: 7, AtLeast: tocsin.High}, func(i int) bool { return all[i].Severity >= tocsin.High }},
		"between times":    {v1.Query{Limit: 40, From: all[100].Time, To: all[900].Time}, func(i int) bool { return i >= 100 && i < 900 }},
		"what is not kept": {v1.Query{Limit: 40, Text: "no such text"}, func(int) bool { return false }},
	} {
		got, _ := walk(t, archive{s}, c.q)
		var want []*tocsin.Alert
		for i := n - 1; i >= 0; i-- {
			if c.want(i) {
				want = append(want, all[i])
			}
		}
		if len(got) != len(want) {
			t.Errorf("%s: %d alerts, want %d", name, len(got), len(want))
			continue
		}
		for i := range want {
			if got[i].ID != want[i].ID {
				t.Errorf("%s: alert %d is %s, want %s", name, i, got[i].Text, want[i].Text)
				break
			}
		}
	}
}

func TestOneQuestionDoesNotReadForEver(t *testing.T) {
	s := mem.New(1 << 20)
	first := time.Unix(1_700_000_000, 0)
	batch := make([]*tocsin.Alert, 2*archiveWalk)
	for i := range batch {
		batch[i] = &tocsin.Alert{Header: "X", Time: first.Add(time.Duration(i) * time.Microsecond)}
	}
	if err := s.Put(context.Background(), batch); err != nil {
		t.Fatal(err)
	}
	got, pages := walk(t, archive{s}, v1.Query{Limit: 10, Text: "nothing has it"})
	if len(got) != 0 || pages != 3 {
		t.Errorf("%d alerts on %d pages, want none, looked for in two parts and an end", len(got), pages)
	}
}
