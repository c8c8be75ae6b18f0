package track_test

import (
	"encoding/binary"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
)

func TestChangesOfAnAdvertAreToldOnce(t *testing.T) {
	ds := func(channel byte) []byte { return []byte{3, 1, channel} }
	fr := []byte{7, 6, 'F', 'R', ' ', 1, 11, 20}
	louder := []byte{7, 6, 'U', 'S', ' ', 1, 11, 30}
	padded := []byte{7, 10, 'U', 'S', 'I', 1, 11, 20, 0, 0, 0, 0}
	bare := []byte{7, 3, 'U', 'S', ' '}
	for _, c := range []struct {
		name   string
		before []byte
		after  []byte
		change track.Change
	}{
		{"nothing", beacon(ap, "x", ds(6), country, rsnPSK), beacon(ap, "x", ds(6), country, rsnPSK), 0},
		{"TIM", beacon(ap, "x", ds(6), []byte{5, 4, 0, 2, 0, 0}), beacon(ap, "x", ds(6), []byte{5, 4, 1, 2, 0, 0}), 0},
		{"open", beacon(ap, "x", ds(6), rsnPSK), beacon(ap, "x", ds(6)), track.SecurityChanged},
		{"channel", beacon(ap, "x", ds(6)), beacon(ap, "x", ds(11)), track.ChannelChanged},
		{"country", beacon(ap, "x", country), beacon(ap, "x", fr), track.CountryChanged},
		{"triplets", beacon(ap, "x", country), beacon(ap, "x", louder), track.TripletsChanged},
		{"triplets padded", beacon(ap, "x", country), beacon(ap, "x", padded), 0},
		{"triplets missing", beacon(ap, "x", country), beacon(ap, "x", bare), 0},
		{"country missing", beacon(ap, "x", country), beacon(ap, "x", ds(6)), 0},
		{"stray octet", beacon(ap, "x", rsnPSK), beacon(ap, "x", []byte{1}), track.SecurityChanged},
		{"other SSID", beacon(ap, "x", rsnPSK), beacon(ap, "y"), 0},
	} {
		a := newAir(t, track.Options{BSSs: 8, Stations: 8})
		if s := a.hear(c.before); !s.NewBSS || !s.NewAdvert || s.Changed != 0 {
			t.Errorf("%s: the first beacon gives %+v", c.name, s)
		}
		for i, want := range []track.Change{c.change, 0} {
			if s := a.hear(c.after); s.Changed != want || s.NewBSS {
				t.Errorf("%s: repetition %d changes %b, want %b", c.name, i, s.Changed, want)
			}
		}
	}
}

func TestUnverifiedChangesAreBelievedWhenRepeated(t *testing.T) {
	open, closed := beacon(ap, "x"), beacon(ap, "x", rsnPSK)
	overrun := beacon(ap, "x", []byte{48, 20, 1, 0})
	for _, c := range []struct {
		name   string
		frames [][]byte
		change []track.Change
	}{
		{"damage once", [][]byte{closed, closed, open, closed, closed}, []track.Change{0, 0, 0, 0, 0}},
		{"a change", [][]byte{closed, closed, open, open, open}, []track.Change{0, 0, 0, track.SecurityChanged, 0}},
		{"damage first", [][]byte{open, closed, closed, closed}, []track.Change{0, 0, 0, 0}},
		{"two in turn", [][]byte{closed, closed, open, closed, open, closed}, []track.Change{0, 0, 0, 0, track.SecurityChanged, 0}},
		{"overrun", [][]byte{closed, closed, overrun, overrun, overrun}, []track.Change{0, 0, 0, 0, 0}},
	} {
		a := newAir(t, track.Options{})
		a.o.Radio.FCS = dot11.FCSAbsent
		for i, b := range c.frames {
			if got := a.hear(b).Changed; got != c.change[i] {
				t.Errorf("%s, frame %d: changes %b, want %b", c.name, i, got, c.change[i])
			}
		}
	}
}

func TestUnreadableRSNIsNotOpen(t *testing.T) {
	a := newAir(t, track.Options{})
	a.hear(beacon(ap, "x", rsnPSK))
	s := a.hear(beacon(ap, "x", []byte{48, 3, 1, 0, 0}))
	if !s.Advert.Security.Unreadable {
		t.Error("a cut RSN element is taken for none")
	}
}

func TestDamagedAndCutFramesChangeNothing(t *testing.T) {
	a := newAir(t, track.Options{})
	a.hear(beacon(ap, "x", rsnPSK))
	a.o.Radio.FCS = dot11.FCSBad
	if s := a.hear(beacon(ap, "x")); *s != (track.Sight{}) {
		t.Errorf("a damaged beacon gives %+v, want nothing", s)
	}
	a.o.Radio.FCS, a.o.Cut = dot11.FCSAbsent, true
	if s := a.hear(beacon(ap, "x")); s.Changed != 0 || !s.Advert.Security.RSN.Present {
		t.Errorf("a cut beacon changes %b", s.Changed)
	}
}

func TestHiddenSSIDIsAnAdvertOfItsOwn(t *testing.T) {
	a := newAir(t, track.Options{})
	a.hear(beacon(ap, "x"))
	s := a.hear(beacon(ap, "\x00\x00"))
	if !s.NewAdvert || s.Advert.SSID != "" || s.BSS.Adverts != 2 {
		t.Errorf("a hidden SSID gives %+v", s.Advert)
	}
	if a.hear(beacon(ap, "")).NewAdvert {
		t.Error("an empty SSID is another advert than one of zeros")
	}
}

func TestMFPIsThatOfTheAdvertHeardMost(t *testing.T) {
	mfp := append([]byte(nil), rsnPSK...)
	mfp[len(mfp)-2] |= 0x80 // MFPC, 802.11-2020 §9.4.2.24.4
	a := newAir(t, track.Options{})
	if a.hear(beacon(ap, "forged", rsnPSK)).BSS.MFP() {
		t.Error("a network without management frame protection has it")
	}
	a.hear(beacon(ap, "x", mfp))
	if !a.hear(beacon(ap, "x", mfp)).BSS.MFP() {
		t.Error("a network with management frame protection has none")
	}
	if (&track.BSS{}).MFP() {
		t.Error("a network of which nothing was read has management frame protection")
	}
}

func TestAssociationBeginsAndEnds(t *testing.T) {
	join := map[string][]byte{
		"association response": frame(0x10, client, ap, ap, 0x11, 0, 0, 0, 1, 0xc0),
		"data to the AP":       frame(0x0108, ap, client, dot11.Broadcast, 1, 2),
		"data from the AP":     frame(0x0208, client, ap, ap, 1, 2),
	}
	leave := map[string][]byte{
		"deauthentication by the AP":      frame(0xc0, client, ap, ap, 1, 0),
		"deauthentication of all":         frame(0xc0, dot11.Broadcast, ap, ap, 1, 0),
		"disassociation by the station":   frame(0xa0, ap, client, ap, 8, 0),
		"deauthentication by the station": frame(0xc0, ap, client, ap, 3, 0),
	}
	for how, first := range join {
		for end, last := range leave {
			a := newAir(t, track.Options{})
			a.hear(beacon(ap, "x"))
			if s := a.hear(frame(0xb0, ap, client, ap, 0, 0, 1, 0, 0, 0)); s.Transmitter == nil || s.BSS == nil || s.BSS.Stations != 0 {
				t.Fatalf("authentication gives %+v", s)
			}
			s := a.hear(first)
			if s.BSS.Stations != 1 {
				t.Errorf("%s: %d stations, want 1", how, s.BSS.Stations)
			}
			if s = a.hear(last); s.BSS.Stations != 0 {
				t.Errorf("%s after %s: %d stations, want 0", end, how, s.BSS.Stations)
			}
			if s = a.hear(frame(0xb0, ap, client, ap, 0, 0, 1, 0, 0, 0)); !s.Transmitter.BSSID.IsZero() {
				t.Errorf("%s after %s: still associated with %v", end, how, s.Transmitter.BSSID)
			}
		}
	}
}

func TestAddressedStationsAreNotKnown(t *testing.T) {
	a := newAir(t, track.Options{})
	a.hear(beacon(ap, "x"))
	if s := a.hear(frame(0xc0, client, ap, ap, 1, 0)); s.Receiver != nil || s.Transmitter != nil {
		t.Errorf("a station that never sent is known: %+v", s)
	}
}

func TestFloodsEvictStrangersFirst(t *testing.T) {
	protected := dot11.Addr{2, 9, 9, 9, 9, 9}
	a := newAir(t, track.Options{BSSs: 64, Stations: 64, Protected: func(ssid []byte) bool { return string(ssid) == "ours" }})
	a.hear(beacon(protected, "ours"))
	a.hear(beacon(ap, "x"))
	a.hear(frame(0x0108, ap, client, dot11.Broadcast, 1, 2))
	stranger := dot11.Addr{2}
	visitor := dot11.Addr{6}
	b := beacon(stranger, "flood")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range uint32(1_000_000) {
		binary.BigEndian.PutUint32(b[12:], i)
		copy(b[18:22], b[12:16])
		a.hear(b)
		if i%10 == 0 {
			binary.BigEndian.PutUint32(visitor[2:], i)
			a.hear(frame(0xb0, ap, visitor, ap, 0, 0, 1, 0, 0, 0))
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if got := int64(after.HeapAlloc) - int64(before.HeapAlloc); got > 1<<20 {
		t.Errorf("the flood left %d octets", got)
	}
	if a.BSS(protected) == nil {
		t.Error("the protected network is forgotten")
	}
	if n := a.BSS(ap); n == nil || n.Stations != 1 {
		t.Errorf("the network with a station is %+v", n)
	}
	if bsss, stations := a.Evicted(); bsss == 0 || stations == 0 {
		t.Errorf("%d BSSs and %d stations evicted, want some of each", bsss, stations)
	}
}

func TestTimeGoingBackLeavesOrder(t *testing.T) {
	a := newAir(t, track.Options{})
	for _, step := range []time.Duration{0, -time.Minute, 100 * time.Hour, -500 * time.Hour, time.Second} {
		a.o.Time += step
		s := a.hear(beacon(ap, "x"))
		if s.BSS.First > s.BSS.Last || s.Advert.First > s.Advert.Last {
			t.Errorf("after %v first %v is later than last %v", step, s.BSS.First, s.BSS.Last)
		}
	}
}

func TestRealCapturesChangeWhereTheyWereMadeTo(t *testing.T) {
	for name, want := range map[string]map[string]bool{
		"a-baseline":        {},
		"benign-long":       {},
		"o-cryptodrop":      {"00:1D:0F:10:00:01 1": true, "A0:63:91:30:00:01 1": true},
		"s-beacon-interval": {"F4:F2:6D:20:00:01 100": true},
		"t-country":         {"F4:F2:6D:20:00:01 1000": true, "F4:F2:6D:20:00:01 11000": true},
	} {
		t.Run(name, func(t *testing.T) {
			got := map[string]bool{}
			newAir(t, track.Options{}).replay(name, func(_ *tocsin.Observation, s *track.Sight) {
				if s.Changed != 0 {
					got[fmt.Sprintf("%v %b", s.BSS.BSSID, s.Changed)] = true
				}
			})
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("changes (-want +got):\n%s", d)
			}
		})
	}
}

func TestAnnouncedSwitchesComeBeforeTheChange(t *testing.T) {
	got := map[string]bool{}
	newAir(t, track.Options{}).replay("p-chanswitch", func(o *tocsin.Observation, s *track.Sight) {
		if s.Changed&track.ChannelChanged != 0 {
			sw := s.BSS.Switch
			announced := sw.Channel == s.Advert.Channel && sw.At > 0 && o.Time-sw.At < 5*time.Second
			got[fmt.Sprintf("%v to %d announced %v", s.BSS.BSSID, s.Advert.Channel, announced)] = true
		}
	})
	want := map[string]bool{
		"00:1D:0F:10:00:01 to 11 announced true": true,
		"00:1D:0F:10:00:01 to 6 announced true":  true,
		"F4:F2:6D:20:00:01 to 3 announced false": true,
		"F4:F2:6D:20:00:01 to 6 announced false": true,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
}

func TestObserveAllocatesNothing(t *testing.T) {
	a, frames := newAir(t, track.Options{}), mixed()
	i := 0
	step := func() { a.hear(frames[i%len(frames)]); i++ }
	for range 100 {
		step()
	}
	if got := testing.AllocsPerRun(1000, step); got != 0 {
		t.Errorf("%v allocations a frame, want 0", got)
	}
}

// mixed is what a busy channel carries: mostly data and beacons.
func mixed() (frames [][]byte) {
	for n := range byte(8) {
		bssid, station := dot11.Addr{0, 1, 2, 3, 4, n}, dot11.Addr{0, 7, 7, 7, 7, n}
		frames = append(frames,
			beacon(bssid, "network", []byte{3, 1, 6}, country, rsnPSK, []byte{5, 4, n, 2, 0, 0}),
			frame(0x4108, bssid, station, dot11.Broadcast, make([]byte, 64)...),
			frame(0x4208, station, bssid, bssid, make([]byte, 64)...))
	}
	return frames
}

func BenchmarkObserve(b *testing.B) {
	a := newAir(b, track.Options{})
	var list []*dot11.Frame
	for _, raw := range mixed() {
		f := new(dot11.Frame)
		if err := f.Decode(raw); err != nil {
			b.Fatal(err)
		}
		list = append(list, f)
	}
	i := 0
	for b.Loop() {
		a.o.Frame = list[i%len(list)]
		a.o.Time += time.Millisecond
		a.Observe(&a.o)
		i++
	}
}

func FuzzObserveCountsNoMoreStationsThanItKnows(f *testing.F) {
	for _, b := range mixed() {
		f.Add(b, b)
	}
	f.Add(beacon(ap, "x"), frame(0x10, client, ap, ap, 0x11, 0, 0, 0, 1, 0xc0))
	f.Fuzz(func(t *testing.T, one, two []byte) {
		tracker, frame := track.New(track.Options{BSSs: 2, Stations: 2}), new(dot11.Frame)
		for i, b := range [][]byte{beacon(ap, "x"), one, two, one, two, one} {
			if frame.Decode(b) != nil {
				continue
			}
			s := tracker.Observe(&tocsin.Observation{Frame: frame, Time: time.Duration(i)})
			if s.BSS != nil && (s.BSS.Stations < 0 || s.BSS.Stations > 2 || s.BSS.Adverts > 8) {
				t.Fatalf("a tracker of 2 stations says %+v", s.BSS)
			}
			if s.Changed != 0 && (s.NewAdvert || s.Advert == nil) {
				t.Fatalf("a new advert changed: %+v", s)
			}
		}
	})
}

func TestSwitchIsSureWhenVerifiedOrAnnouncedTwice(t *testing.T) {
	announcing := []byte{37, 3, 0, 11, 5}
	for _, c := range []struct {
		name  string
		fcs   dot11.FCS
		heard [][]byte // elements of one beacon each
		sure  bool
	}{
		{"verified", dot11.FCSGood, [][]byte{announcing}, true},
		{"not verified", dot11.FCSAbsent, [][]byte{announcing}, false},
		{"not verified, twice", dot11.FCSAbsent, [][]byte{announcing, announcing}, true},
		{"not verified, two channels", dot11.FCSAbsent, [][]byte{announcing, {37, 3, 0, 3, 5}}, false},
	} {
		a := newAir(t, track.Options{})
		a.o.Radio.FCS = c.fcs
		for _, e := range c.heard {
			a.hear(beacon(ap, "x", e))
		}
		if s := a.BSS(ap).Switch; s.At == 0 || s.Sure != c.sure {
			t.Errorf("%s: %+v, want sure %t", c.name, s, c.sure)
		}
	}
}
