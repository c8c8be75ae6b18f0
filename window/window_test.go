package window_test

import (
	"encoding/binary"
	"math"
	"runtime"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/window"
)

const day = 24 * time.Hour

func TestStrangersNeitherEvictFamiliarNorPromotedKeys(t *testing.T) {
	m := window.NewMap[int, int](100)
	m.Put(-1)
	m.Promote(-1)
	for range 5 {
		m.Put(-2)
	}
	m.Put(-3)
	for k := range 1_000_000 {
		m.Put(k)
	}
	if m.Peek(-1) == nil || m.Peek(-2) == nil {
		t.Error("a flood of strangers evicted a promoted or a familiar key")
	}
	if m.Peek(-3) != nil {
		t.Error("a stranger of long ago is still there, want it evicted")
	}
	if got := m.Evicted(); got != 1_000_003-100 {
		t.Errorf("%d evicted, want %d", got, 1_000_003-100)
	}
}

func TestPromotedKeysOutlastStrangersUpToTheirShare(t *testing.T) {
	m := window.NewMap[int, int](100)
	for k := range 100 {
		m.Put(k)
		m.Promote(k)
	}
	for k := range 1000 {
		m.Put(1000 + k)
	}
	for k := range 100 {
		if k >= 25 && m.Peek(k) == nil {
			t.Errorf("key %d, promoted among the last, is gone", k)
		}
	}
}

func TestStrangersCanBecomeKnownHoweverManyArePromoted(t *testing.T) {
	m := window.NewMap[int, int](100)
	for k := range 100 {
		m.Put(k)
		m.Promote(k)
	}
	for k := range 20 {
		m.Put(1000 + k)
	}
	for k := range 20 {
		if m.Peek(1000+k) == nil {
			t.Errorf("stranger %d of 20 is gone, want a quarter of the places for them", k)
		}
	}
}

func TestCounterCountsABurstAfterSilenceExactly(t *testing.T) {
	c := window.NewCounter[string](time.Second, 4)
	for i := range 100 {
		if got := c.Add("a", 7*day+time.Duration(i)*9990*time.Microsecond); got != i+1 {
			t.Fatalf("count %d, want %d", got, i+1)
		}
	}
	if got := c.Count("a", 7*day+3*time.Second); got != 0 {
		t.Errorf("count %d after silence, want 0", got)
	}
	if got := c.Count("b", 7*day); got != 0 {
		t.Errorf("count %d of a key never seen, want 0", got)
	}
}

func TestCounterStaysSaneWhenTimeJumps(t *testing.T) {
	c := window.NewCounter[int](time.Second, 4)
	for _, at := range []time.Duration{0, day, 0, math.MaxInt64, math.MinInt64, math.MaxInt64, -1, day} {
		if got := c.Add(1, at); got != 1 {
			t.Errorf("count %d after a jump to %v, want 1", got, at)
		}
		if got := c.Add(1, at); got != 2 {
			t.Errorf("count %d at %v, want 2", got, at)
		}
	}
}

func TestAlarmRingsAtTheLimitAndOnceInAWhile(t *testing.T) {
	a := window.NewAlarm[int](10, time.Second, 10*time.Second, 4)
	rings := 0
	for i := range 100 * 60 {
		if n, ring := a.Add(1, day+time.Duration(i)*10*time.Millisecond); ring {
			if rings++; rings == 1 && n != 10 {
				t.Errorf("rang at a count of %d, want 10", n)
			}
		}
	}
	if rings != 6 {
		t.Errorf("a minute of flood rang %d times, want 6", rings)
	}
	for i := range 10 {
		if _, ring := a.Add(1, 2*day+time.Duration(i)); ring != (i == 9) {
			t.Errorf("event %d of a new flood: ring %v", i+1, ring)
		}
	}
}

func TestAlarmDoesNotRingWithEachSwingAboutTheLimit(t *testing.T) {
	a := window.NewAlarm[int](10, time.Second, time.Minute, 4)
	rings := 0
	for i := range 10 * 60 {
		at := day + time.Duration(i)*100*time.Millisecond
		if _, ring := a.Add(1, at-time.Duration(i%7)*13*time.Millisecond); ring {
			rings++
		}
	}
	if rings > 1 {
		t.Errorf("a rate at the limit rang %d times in a minute, want at most once", rings)
	}
}

func TestDistinctAlarmRingsAtTheLimit(t *testing.T) {
	a := window.NewDistinctAlarm[string, int](5, time.Second, 10*time.Second, 4)
	for i := range 40 {
		n, ring := a.Add("a", i/2, day+time.Duration(i)*time.Millisecond)
		if want := min(i/2+1, 10); n != want || ring != (i == 8) {
			t.Errorf("value %d: %d, ring %v, want %d, ring %v", i, n, ring, want, i == 8)
		}
	}
}

func TestSetForgets(t *testing.T) {
	sliding, fixed := window.NewSet[int](10, 4), window.NewSet[int](10, 4)
	for i, c := range []struct {
		at        time.Duration
		add, once bool
	}{
		{day, true, true}, {day + 6, false, false}, {day + 12, false, true}, {day + 20, false, false},
		{day + 30, true, true}, {day + 29, false, false}, {day, true, true}, {math.MaxInt64, true, true}, {math.MinInt64, true, true},
	} {
		if has := sliding.Has(1, c.at); has == c.add {
			t.Errorf("%d: Has = %v, want %v", i, has, !c.add)
		}
		if got := sliding.Add(1, c.at); got != c.add {
			t.Errorf("%d: Add = %v, want %v", i, got, c.add)
		}
		if got := fixed.Once(1, c.at); got != c.once {
			t.Errorf("%d: Once = %v, want %v", i, got, c.once)
		}
	}
}

func TestFloodOfKeysAllocatesNothingInSteadyState(t *testing.T) {
	a := window.NewAlarm[[6]byte](10, time.Second, time.Second, 1000)
	d := window.NewDistinctAlarm[[6]byte, [6]byte](3, time.Second, time.Second, 100)
	var k [6]byte
	n := uint32(0)
	step := func() {
		n++
		binary.BigEndian.PutUint32(k[:], n)
		a.Add(k, time.Duration(n))
		d.Add(k, k, time.Duration(n))
	}
	for range 5000 {
		step()
	}
	if got := testing.AllocsPerRun(1000, step); got != 0 {
		t.Errorf("%v allocations a key, want 0", got)
	}
}

func TestFloodOfKeysLeavesMemoryBounded(t *testing.T) {
	c := window.NewCounter[uint64](time.Second, 1000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range 1_000_000 {
		c.Add(uint64(i)*0x9e3779b97f4a7c15, time.Duration(i))
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 400_000 {
		t.Errorf("a million keys allocated %d octets, want at most 400000 for 1000 kept", got)
	}
	runtime.KeepAlive(c)
}

func BenchmarkCounterOneKey(b *testing.B) {
	c := window.NewCounter[[6]byte](time.Second, 4096)
	at := day
	for b.Loop() {
		at += time.Millisecond
		c.Add([6]byte{1}, at)
	}
}

func BenchmarkAlarmUnderFloodOfKeys(b *testing.B) {
	a := window.NewAlarm[[6]byte](10, time.Second, time.Second, 4096)
	var k [6]byte
	n, at := uint32(0), day
	for b.Loop() {
		n++
		at += time.Millisecond
		binary.BigEndian.PutUint32(k[:], n*0x9e3779b1)
		a.Add(k, at)
	}
}
