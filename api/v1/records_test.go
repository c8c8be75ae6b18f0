package v1

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
)

func FuzzPosition(f *testing.F) {
	f.Add("AAY5k3xtQEAAY5k3xtQAAQAAAAAAAAAB", "01KJMWE8P0000400000000000R")
	f.Add("", "ZZZZZZZZZZZZZZZZZZZZZZZZZZ")
	f.Fuzz(func(t *testing.T, cursor, text string) {
		if p, ok := parseCursor(cursor); ok && p.cursor() != cursor {
			t.Errorf("cursor %q is read as %+v, which is written %q", cursor, p, p.cursor())
		}
		if id, ok := parseID(text); ok {
			if again, ok := parseID(id.String()); !ok || again != id {
				t.Errorf("id %q is read as %v", text, id)
			}
		}
	})
}

func TestPositionsSortByTimeThenID(t *testing.T) {
	early, late := time.UnixMicro(1), time.UnixMicro(2)
	in := []Position{{early, tocsin.ID{1}}, {early, tocsin.ID{2}}, {late, tocsin.ID{0}}, {late, tocsin.ID{0, 1}}}
	for i, a := range in {
		for j, b := range in {
			if got := a.Compare(b); got != min(max(i-j, -1), 1) {
				t.Errorf("%v compared with %v: %d", a, b, got)
			}
		}
		if p, ok := parseCursor(a.cursor()); !ok || p.Compare(a) != 0 {
			t.Errorf("%v comes back as %v", a, p)
		}
	}
}
