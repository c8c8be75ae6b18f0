package detect_test

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

func address(n int) dot11.Addr { return dot11.Addr{2, 0, 0, byte(n >> 16), byte(n >> 8), byte(n)} }

func TestNewAddressesWithOneCounterAreOneSeries(t *testing.T) {
	c := detect.NewChains(20, time.Minute, time.Minute, time.Hour, 256)
	rings := 0
	for i := range 100 {
		at := time.Duration(i) * 100 * time.Millisecond
		count, ring := c.Add(address(i), uint16(4090+2*i)%4096, at)
		if count != i {
			t.Fatalf("after %d addresses got a count of %d", i+1, count)
		}
		if ring {
			rings++
		}
		// A station with a counter of its own is between them.
		if count, _ := c.Add(address(1000), uint16(700+i), at); i > 0 && count != 0 {
			t.Fatalf("a known address counts: %d", count)
		}
	}
	if rings != 1 {
		t.Errorf("rang %d times, want once", rings)
	}
}

func TestAddressesWithCountersOfTheirOwnAreNone(t *testing.T) {
	for name, number := range map[string]func(i int) uint16{
		"standing": func(int) uint16 { return 0 },
		"apart":    func(i int) uint16 { return uint16(i*997) % 4096 },
	} {
		c := detect.NewChains(5, time.Minute, time.Minute, time.Hour, 256)
		for i := range 200 {
			if _, ring := c.Add(address(i), number(i), time.Duration(i)*50*time.Millisecond); ring {
				t.Fatalf("%s: rang at address %d", name, i)
			}
		}
	}
}

func TestSilenceEndsASeries(t *testing.T) {
	c := detect.NewChains(2, time.Minute, time.Minute, time.Hour, 256)
	for i := range 10 {
		if count, _ := c.Add(address(i), uint16(i), time.Duration(i)*3*time.Second); count != 0 {
			t.Fatalf("address %d follows one of 3 s ago", i)
		}
	}
}

func TestChainsAllocateNothing(t *testing.T) {
	c := detect.NewChains(20, time.Minute, time.Minute, time.Hour, 64)
	i := 0
	if n := testing.AllocsPerRun(1000, func() {
		c.Add(address(i), uint16(i)%4096, time.Duration(i)*time.Millisecond)
		i++
	}); n != 0 {
		t.Errorf("an Add allocates %v times", n)
	}
}
