package detect

import (
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
)

// heard is a packet of device number id at so many milliseconds.
func heard(id int, ms int, signal int8) *tocsin.Observation {
	return &tocsin.Observation{
		Time:  time.Hour + time.Duration(ms)*time.Millisecond,
		BLE:   &ble.Packet{HasSender: true, Sender: ble.Addr{2, 0, 0, 0, byte(id >> 8), byte(id)}},
		Radio: dot11.Radio{Signal: signal, FCS: dot11.FCSGood},
	}
}

func TestNewcomersKnowWhoWasHereBefore(t *testing.T) {
	n := NewNewcomers(CrowdLimits{Addresses: 4, Window: time.Second, Packets: 3, Band: 6, Weakest: -85, Keys: 64})
	for round, want := range []bool{true, false, false} { // addresses that come back are new once
		one := false
		for id := range 8 {
			_, ring := n.Add(heard(id, 5000*round+10*id, -60))
			one = one || ring
		}
		if one != want {
			t.Errorf("round %d of the same addresses: one transmitter %v, want %v", round, one, want)
		}
	}
}

func TestNewcomersCountAsFarAsTheBand(t *testing.T) {
	for _, c := range []struct {
		step int8
		want bool
	}{{0, true}, {2, true}, {3, false}} {
		n := NewNewcomers(CrowdLimits{Addresses: 4, Window: time.Second, Packets: 3, Band: 6, Weakest: -85, Keys: 64})
		one := false
		for id := range 4 {
			_, one = n.Add(heard(id, 10*id, -60+c.step*int8(id)))
		}
		if one != c.want {
			t.Errorf("four addresses %d dB apart: one transmitter %v, want %v", c.step, one, c.want)
		}
	}
}

func TestNewcomersAllocateNothing(t *testing.T) {
	n := NewNewcomers(CrowdLimits{Addresses: 4, Window: time.Second, Packets: 3, Band: 6, Weakest: -85, Keys: 64})
	id := 0
	o := heard(0, 0, -60)
	if got := testing.AllocsPerRun(500, func() {
		id++
		o.BLE.Sender, o.Time = ble.Addr{2, 0, 0, 0, byte(id >> 8), byte(id)}, o.Time+time.Millisecond
		n.Add(o)
	}); got != 0 {
		t.Errorf("%v allocations for a packet, want 0", got)
	}
}
