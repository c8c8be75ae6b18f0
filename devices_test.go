package tocsin_test

import (
	"math/rand/v2"
	"testing"

	"github.com/tocsin-wids/tocsin"
)

// TestDeviceIndexFindsTheFirstRule compares the index with a walk over all rules.
func TestDeviceIndexFindsTheFirstRule(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	random := func() (a tocsin.MAC) {
		for i := range a {
			a[i] = byte(r.UintN(4)) << r.UintN(7) // few values, so that rules and devices meet
		}
		return a
	}
	lost := func(d tocsin.DeviceRule) bool { return d.Lost }
	met := 0
	for range 300 {
		var rules, wanted []tocsin.DeviceRule
		for range r.UintN(40) {
			rule := tocsin.DeviceRule{Device: tocsin.MACMask{Addr: random(), Mask: random()}, Lost: r.UintN(2) == 0}
			rules = append(rules, rule)
			if rule.Lost {
				wanted = append(wanted, rule)
			}
		}
		x := tocsin.IndexDevices(rules, lost)
		if x.Len() != len(wanted) {
			t.Fatalf("%d rules are indexed, want %d", x.Len(), len(wanted))
		}
		for range 50 {
			a, want := random(), -1
			for i := range wanted {
				if wanted[i].Device.Match(a) {
					want = i
					met++
					break
				}
			}
			if got := x.Find(a); got != want {
				t.Fatalf("%s: rule %d, want %d of %+v", a, got, want, wanted)
			}
		}
	}
	if met == 0 {
		t.Error("no rule ever met a device: the test shows nothing")
	}
}

func TestDeviceIndexAllocatesNothing(t *testing.T) {
	mask, err := tocsin.ParseMACMask("02:00:00:00:00:00/ff:ff:00:00:00:00")
	if err != nil {
		t.Fatal(err)
	}
	x := tocsin.IndexDevices([]tocsin.DeviceRule{{Device: mask}}, func(tocsin.DeviceRule) bool { return true })
	if n := testing.AllocsPerRun(100, func() { x.Find(mask.Addr) }); n != 0 {
		t.Errorf("%v allocations, want 0", n)
	}
}
