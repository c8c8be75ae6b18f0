package app

import (
	"bytes"
	"context"
	"encoding/binary"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/pcap"
)

// radio is a sensor with its faults.
type radio struct {
	ahead, jitter, late time.Duration
	set                 time.Duration // by so much its clock is set in the middle
	loss                float64
	weaker              int8 // dB
}

// delivery is packets that arrive together.
type delivery struct {
	at    time.Duration
	batch []pcap.Packet
}

// heardBy returns what radios deliver of the packets, in the order in which it arrives.
func heardBy(list []pcap.Packet, radios ...radio) (all []delivery) {
	const block = 20 * time.Millisecond
	random := rand.New(rand.NewPCG(1, 2))
	for n, r := range radios {
		first := len(all)
		for i, p := range list {
			if random.Float64() < r.loss {
				continue
			}
			at := (p.Time/block+1)*block + r.late
			if len(all) == first || all[len(all)-1].at != at {
				all = append(all, delivery{at: at})
			}
			p.Interface, p.Number = uint16(n), uint64(i+1)
			if p.Time += r.ahead; r.jitter > 0 {
				p.Time += time.Duration(random.Int64N(int64(r.jitter)))
			}
			if i > len(list)/2 {
				p.Time += r.set
			}
			p.Data = weaker(p.Data, r.weaker)
			all[len(all)-1].batch = append(all[len(all)-1].batch, p)
		}
	}
	slices.SortStableFunc(all, func(a, b delivery) int { return int(a.at - b.at) })
	return all
}

// weaker returns a packet of the lab with less signal: its radiotap header has TSFT, flags, rate, channel and signal, if it has one at all.
func weaker(b []byte, decibels int8) []byte {
	const signalBit, at = 1 << 5, 14
	present := binary.LittleEndian.Uint32(b[4:])
	if decibels == 0 || present&signalBit == 0 {
		return b
	}
	b = bytes.Clone(b)
	offset := 8
	if present&1 != 0 {
		offset += 8
	}
	b[offset+6] -= byte(decibels)
	return b
}

// findings collects what is found, by header and network, and the most sensors that each was heard by.
type findings map[string]int

func (f findings) add(d tocsin.Detected) {
	key := d.Definition.Header + " " + d.BSSID.String()
	f[key] = max(f[key], 1+len(d.Others))
}

func (f findings) names() []string { return slices.Sorted(maps.Keys(f)) }

func shardInto(t testing.TB, f findings) *shard {
	t.Helper()
	s, err := newShard(config.Default(), f.add, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSeveralSensorsFindWhatOneFinds replays the demo to one sensor, and to several whose clocks and ways to the server differ.
func TestSeveralSensorsFindWhatOneFinds(t *testing.T) {
	list := packetsOf(t, demoFile)
	alone := findings{}
	shardInto(t, alone).observe(list)
	if len(alone) == 0 {
		t.Fatal("nothing is found in the demo")
	}
	for name, radios := range map[string][]radio{
		"in step":         {{}, {}},
		"one loses":       {{}, {jitter: 2 * time.Millisecond, loss: 0.03, weaker: 8}},
		"hours apart":     {{}, {ahead: 5 * time.Hour, jitter: 2 * time.Millisecond, loss: 0.03, weaker: 8}},
		"late by half":    {{}, {late: 500 * time.Millisecond, jitter: 2 * time.Millisecond, weaker: 8}},
		"three":           {{}, {ahead: -5 * time.Hour, late: 100 * time.Millisecond, loss: 0.1, weaker: 8}, {ahead: 300 * time.Millisecond, loss: 0.3, weaker: 16}},
		"the first loses": {{loss: 0.02, ahead: time.Hour}, {ahead: -time.Hour, weaker: 8}},
	} {
		several := findings{}
		s := shardInto(t, several)
		for _, d := range heardBy(list, radios...) {
			s.observeNow(d.batch, d.at)
		}
		if d := cmp.Diff(alone.names(), several.names()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
		timely := 0 // those that had heard the flood when it was told
		for _, r := range radios {
			if r.late == 0 {
				timely++
			}
		}
		if n := several["DEAUTHFLOOD 00:1D:0F:10:00:01"]; n != timely {
			t.Errorf("%s: the flood was heard by %d sensors, want %d", name, n, timely)
		}
	}
}

// TestOrdinaryTrafficOfSensorsWhoseClocksDifferIsQuiet replays it for minutes to sensors whose clocks are wrong, drift apart or are set.
func TestOrdinaryTrafficOfSensorsWhoseClocksDifferIsQuiet(t *testing.T) {
	for name, radios := range map[string][]radio{
		"hours apart":      {{}, {ahead: 5 * time.Hour, loss: 0.1, weaker: 8}},
		"both lose":        {{loss: 0.2}, {ahead: -5 * time.Hour, late: 400 * time.Millisecond, loss: 0.2, weaker: 8}},
		"set back":         {{}, {set: -3 * time.Hour, loss: 0.1, weaker: 8}},
		"set forwards":     {{}, {set: 3 * time.Hour, loss: 0.1, weaker: 8}},
		"first set":        {{set: -3 * time.Hour}, {loss: 0.1, weaker: 8}},
		"set a little":     {{}, {set: -10 * time.Second, loss: 0.1, weaker: 8}},
		"late by a minute": {{}, {late: 50 * time.Second, loss: 0.1, weaker: 8}},
		"four":             {{loss: 0.5}, {ahead: time.Hour, loss: 0.5}, {ahead: -time.Hour, loss: 0.5}, {late: 400 * time.Millisecond, loss: 0.5}},
	} {
		found := findings{}
		s := shardInto(t, found)
		list := packetsOf(t, benignFile)
		for range 4 {
			for _, d := range heardBy(list, radios...) {
				s.observeNow(d.batch, d.at)
			}
			later(list)
		}
		if len(found) > 0 {
			t.Errorf("%s: found %v", name, found)
		}
	}
}

// TestFloodIsAsFastAsItWasSent has two sensors hear deauthentications, which make a flood if each counts twice.
func TestFloodIsAsFastAsItWasSent(t *testing.T) {
	for _, c := range []struct {
		often int // deauthentications in the ten seconds in which 11 are a flood
		want  bool
	}{{8, false}, {16, true}} {
		f := flood{random: rand.New(rand.NewPCG(1, 2)), now: 1_700_000_000 * time.Second}
		var list []pcap.Packet
		for i := range 60_000 {
			switch {
			case i%100 == 0:
				list = append(list, f.packet(f.real()))
			case i > 30_000 && i%(10_000/c.often) == 1:
				list = append(list, f.packet(f.deauthentication()))
			default:
				f.now += time.Millisecond
			}
		}
		found := findings{}
		s := shardInto(t, found)
		for _, d := range heardBy(list, radio{}, radio{ahead: 7 * time.Hour, late: 300 * time.Millisecond, jitter: 2 * time.Millisecond, loss: 0.03}) {
			s.observeNow(d.batch, d.at)
		}
		if _, got := found["DEAUTHFLOOD 02:00:00:00:00:0A"]; got != c.want {
			t.Errorf("%d deauthentications in ten seconds: a flood is found: %t, want %t; all found: %v", c.often, got, c.want, found)
		}
	}
}

// roof is a live source of one radio.
type roof struct {
	name  string
	heard chan []pcap.Packet
}

func (r roof) Name() string           { return r.name }
func (r roof) Sensors() []string      { return []string{r.name} }
func (r roof) Counts() capture.Counts { return capture.Counts{} }
func (r roof) Live() bool             { return true }
func (r roof) Reopens() bool          { return false }

func (r roof) Run(_ context.Context, deliver func([]pcap.Packet) error) error {
	for batch := range r.heard {
		if err := deliver(batch); err != nil {
			return err
		}
	}
	return context.Canceled
}

// TestServerNamesTheRadiosThatHeardAFlood has a server listen to two sources, whose clocks are years and hours off.
func TestServerNamesTheRadiosThatHeardAFlood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conf := config.Default()
		radios := []roof{{"east", make(chan []pcap.Packet)}, {"west", make(chan []pcap.Packet)}}
		s := bare(t, conf)
		s.ledger = alert.New(alert.Options{Backlog: 1000, Sensor: s.sensors.name})
		ctx, stop := context.WithCancel(t.Context())
		var listening sync.WaitGroup
		for _, r := range radios {
			state, err := s.addSource("", r)
			if err != nil {
				t.Fatal(err)
			}
			listening.Go(func() { s.listen(ctx, state) })
		}
		list := packetsOf(t, demoFile)
		begun, first := time.Now(), list[0].Time
		for _, d := range heardBy(list, radio{}, radio{ahead: -7 * time.Hour, jitter: 2 * time.Millisecond, loss: 0.03}) {
			time.Sleep(time.Until(begun.Add(d.at - first)))
			n := d.batch[0].Interface
			for i := range d.batch {
				d.batch[i].Interface = 0 // each has one
			}
			radios[n].heard <- d.batch
			synctest.Wait()
		}
		stop()
		for _, r := range radios {
			close(r.heard)
		}
		listening.Wait()
		floods := 0
		for _, i := range s.ledger.Incidents() {
			if i.First.Header != "DEAUTHFLOOD" {
				continue
			}
			floods++
			if d := cmp.Diff([]string{"east", "west"}, slices.Sorted(slices.Values(i.First.Sensors))); d != "" {
				t.Errorf("who heard the flood: %s", d)
			}
			if late := time.Since(i.First.FrameTime); late < 0 || late > time.Since(begun)+time.Second {
				t.Errorf("the flood is said to be of %s", i.First.FrameTime)
			}
		}
		if floods == 0 {
			t.Error("no flood was found")
		}
	})
}
