package window_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/window"
	"pgregory.net/rapid"
)

func TestMapHoldsWhatWasPutWhileThereIsRoom(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m, model := window.NewMap[uint16, int](300), map[uint16]int{}
		for i := range rapid.IntRange(1, 400).Draw(t, "steps") {
			k := rapid.Uint16Range(0, 290).Draw(t, "key")
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				m.Delete(k)
				delete(model, k)
			case 1:
				m.Promote(k)
			default:
				v, created := m.Put(k)
				if _, there := model[k]; created == there || *v != model[k] {
					t.Fatalf("Put(%d) = %d, %v, want %d, %v", k, *v, created, model[k], !there)
				}
				*v, model[k] = i+1, i+1
			}
		}
		n := 0
		for k, v := range m.All() {
			if n++; model[k] != *v {
				t.Fatalf("All yields %d: %d, want %d", k, *v, model[k])
			}
		}
		if n != len(model) || m.Len() != n || m.Evicted() != 0 {
			t.Fatalf("%d keys yielded, %d held, %d evicted, want %d", n, m.Len(), m.Evicted(), len(model))
		}
	})
}

func TestMapStaysWithinItsBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.IntRange(1, 9).Draw(t, "keys")
		m, evicted := window.NewMap[uint8, int](keys), 0
		m.OnEvict(func(uint8, *int) { evicted++ })
		for range rapid.IntRange(1, 200).Draw(t, "steps") {
			k := rapid.Uint8Range(0, 20).Draw(t, "key")
			switch rapid.IntRange(0, 4).Draw(t, "step") {
			case 0:
				m.Delete(k)
			case 1:
				m.Promote(k)
			default:
				if v, created := m.Put(k); created && *v != 0 {
					t.Fatalf("a new key has the value %d, want 0", *v)
				} else {
					*v = 1
				}
				if m.Peek(k) == nil {
					t.Fatal("the key just put is not there")
				}
			}
			n := 0
			for range m.All() {
				n++
			}
			if n != m.Len() || n > keys || uint64(evicted) != m.Evicted() {
				t.Fatalf("%d keys, Len %d, bound %d, evicted %d, told %d", n, m.Len(), keys, m.Evicted(), evicted)
			}
		}
	})
}

// events draws times that mostly go on, and now and then jump either way.
func events(t *rapid.T, span time.Duration) []time.Duration {
	at, list := 1000*span, []time.Duration(nil)
	for range rapid.IntRange(1, 120).Draw(t, "events") {
		at += time.Duration(rapid.Int64Range(-int64(span/8), int64(span/4)).Draw(t, "step"))
		if rapid.IntRange(0, 40).Draw(t, "jump") == 0 {
			at += time.Duration(rapid.Int64Range(-5, 5).Draw(t, "spans")) * span
		}
		list = append(list, at)
	}
	return list
}

func TestCounterNeverCountsWhatIsOlderThanTheSpan(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const span = 16 * time.Second
		c, past := window.NewCounter[int](span, 1), []time.Duration(nil)
		newest := time.Duration(0)
		for _, at := range events(t, span) {
			if at < newest-span*3/4 { // the counter may restart: so does the model
				past, newest = nil, 0
				c.Reset(0)
			}
			past, newest = append(past, at), max(newest, at)
			got, most, least := c.Add(0, at), 0, 0
			for _, p := range past {
				if p > newest-span {
					most++
				}
				if p > newest-span*14/16 {
					least++
				}
			}
			if got > most || got < least {
				t.Fatalf("count %d, want %d to %d", got, least, most)
			}
			if again := c.Count(0, at); again != got {
				t.Fatalf("Count = %d after Add = %d", again, got)
			}
		}
	})
}

func TestDistinctCountsAsASetOfLastSights(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		const span = 16 * time.Second
		d, last := window.NewDistinct[int, uint8](1000, span, 1), map[uint8]time.Duration{}
		for _, at := range events(t, span) {
			v := rapid.Uint8Range(0, 30).Draw(t, "value")
			for k, l := range last {
				if (at - l).Abs() >= span {
					delete(last, k)
				}
			}
			last[v] = max(last[v], at)
			if got := d.Add(0, v, at); got != len(last) {
				t.Fatalf("%d distinct, want %d", got, len(last))
			}
		}
	})
}
