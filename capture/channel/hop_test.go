package channel_test

import (
	"slices"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture/channel"
	"pgregory.net/rapid"
)

// span returns n channels, those of 2.4 GHz and then of 6 GHz.
func span(n int) []channel.Channel {
	list := make([]channel.Channel, n)
	for i := range list {
		list[i] = channel.At(2412 + 5*i)
		if i > 12 {
			list[i] = channel.At(5955 + 20*(i-13))
		}
	}
	return list
}

// round returns how long a hopper listens to each channel in one round.
func round(h *channel.Hopper, n int) map[channel.Channel]time.Duration {
	dwell := map[channel.Channel]time.Duration{}
	for range n {
		c, d := h.Next()
		dwell[c] += d
	}
	return dwell
}

func TestEachRoundVisitsEachChannelOnce(t *testing.T) {
	for n := 1; n <= 128 && n <= 13+59; n++ {
		h := channel.NewHopper(span(n), 200*time.Millisecond, nil)
		for range 2 {
			dwell := round(h, n)
			if len(dwell) != n {
				t.Fatalf("of %d channels %d are visited in a round", n, len(dwell))
			}
			for c, d := range dwell {
				if d != 200*time.Millisecond {
					t.Fatalf("%d channels without traffic: %s for %s", n, c, d)
				}
			}
		}
	}
}

func TestNeighboursDoNotFollowEachOther(t *testing.T) {
	h := channel.NewHopper(span(13), time.Second, nil)
	last, _ := h.Next()
	for range 12 {
		c, _ := h.Next()
		if off := c.MHz - last.MHz; off > -20 && off < 20 {
			t.Errorf("%s after %s", c, last)
		}
		last = c
	}
}

func TestBusyAndProtectedChannelsAreListenedToLonger(t *testing.T) {
	busy, silent, ours := channel.At(2412), channel.At(2437), channel.At(2462)
	h := channel.NewHopper([]channel.Channel{busy, silent, ours}, 300*time.Millisecond, func(c channel.Channel) bool { return c == ours })
	for range 9 {
		c, d := h.Next()
		if c == busy {
			h.Heard(1_000_000, d) // a flood
		} else {
			h.Heard(0, d)
		}
	}
	got := round(h, 3)
	if got[busy] <= got[silent]*3/2 || got[busy] > got[silent]*2 {
		t.Errorf("the busy channel for %s, the silent one for %s, want up to twice as long", got[busy], got[silent])
	}
	if d := got[ours] - got[silent]*2; d < -time.Microsecond || d > time.Microsecond {
		t.Errorf("the protected channel for %s, the silent one for %s, want twice as long", got[ours], got[silent])
	}
}

func TestRoundsAlwaysTakeTheSameTime(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 40).Draw(t, "channels")
		pace := channel.MinPace * time.Duration(rapid.IntRange(1, 40).Draw(t, "pace"))
		mark := rapid.IntRange(0, 2500).Draw(t, "protected above")
		h := channel.NewHopper(span(n), pace, func(c channel.Channel) bool { return c.MHz > mark })
		for range 4 {
			var took time.Duration
			seen := map[channel.Channel]bool{}
			for range n {
				c, d := h.Next()
				h.Heard(rapid.Uint64Range(0, 1e6).Draw(t, "frames"), d)
				took += d
				seen[c] = true
				if d < pace/3-time.Microsecond {
					t.Fatalf("%s for %s where the pace is %s", c, d, pace)
				}
			}
			if off := took - pace*time.Duration(n); off > time.Microsecond || off < -time.Microsecond || len(seen) != n {
				t.Fatalf("a round of %d channels visits %d and takes %s, pace %s", n, len(seen), took, pace)
			}
		}
	})
}

func TestNewListKeepsWhatIsKnown(t *testing.T) {
	h := channel.NewHopper(span(2), time.Second, nil)
	for range 2 {
		c, d := h.Next()
		h.Heard(uint64(c.MHz-2412)*100, d)
	}
	h.Set(span(3))
	if got := round(h, 3); got[channel.At(2417)] <= got[channel.At(2412)] {
		t.Errorf("channel 2 was busy: %v", got)
	}
}

func TestEveryChannelGoesToOneRadioThatCanHearIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lists := make([][]channel.Channel, rapid.IntRange(1, 5).Draw(t, "radios"))
		want := map[channel.Channel]bool{}
		for i := range lists {
			lists[i] = rapid.SliceOfN(rapid.SampledFrom(span(20)), 1, 30).Draw(t, "list")
			for _, c := range lists[i] {
				want[c] = true
			}
		}
		heard := map[channel.Channel]int{}
		spare := 0 // channels of radios that may hear what others do, because nothing else was left
		for i, share := range channel.Deal(lists) {
			if len(share) == 0 {
				t.Fatalf("radio %d has nothing to do", i)
			}
			whole := true
			for _, c := range lists[i] {
				whole = whole && slices.Contains(share, c)
			}
			if whole {
				spare += len(share)
			}
			for _, c := range share {
				if !slices.Contains(lists[i], c) {
					t.Fatalf("radio %d cannot hear %s", i, c)
				}
				heard[c]++
			}
		}
		again := 0
		for _, n := range heard {
			again += n - 1
		}
		if len(heard) != len(want) || again > spare {
			t.Fatalf("%d of %d channels are heard, %d again", len(heard), len(want), again)
		}
	})
}

func TestRadiosShareWithoutOverlap(t *testing.T) {
	shares := channel.Deal([][]channel.Channel{span(13), append(span(13), channel.At(5180), channel.At(5200), channel.At(5220)), span(13)})
	seen := map[channel.Channel]bool{}
	for _, share := range shares {
		if len(share) < 5 || len(share) > 6 {
			t.Errorf("16 channels for 3 radios: %v", share)
		}
		for _, c := range share {
			if seen[c] {
				t.Errorf("%s is heard twice", c)
			}
			seen[c] = true
		}
	}
	if len(seen) != 16 {
		t.Errorf("%d of 16 channels are heard", len(seen))
	}
	more := channel.Deal([][]channel.Channel{span(1), span(1)})
	if len(more[0]) != 1 || len(more[1]) != 1 {
		t.Errorf("two radios for one channel: %v", more)
	}
}

func TestPoolDealsAnewWhenARadioComesOrGoes(t *testing.T) {
	var p channel.Pool
	a := p.Join(span(4))
	if list, _ := a.Share(); len(list) != 4 {
		t.Errorf("alone it hears %v", list)
	}
	_, before := a.Share()
	b := p.Join(span(4))
	of, after := a.Share()
	ob, _ := b.Share()
	if len(of) != 2 || len(ob) != 2 || slices.ContainsFunc(of, func(c channel.Channel) bool { return slices.Contains(ob, c) }) || before == after {
		t.Errorf("two radios hear %v and %v", of, ob)
	}
	b.Leave()
	if list, again := a.Share(); len(list) != 4 || again == after {
		t.Errorf("alone again it hears %v", list)
	}
}

func TestASpreadListHasAllOfEveryList(t *testing.T) {
	for n := range 300 {
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		spread := channel.Spread(list)
		for i := 1; n > 6 && i < n; i++ {
			if d := spread[i] - spread[i-1]; d == 1 || d == -1 {
				t.Fatalf("of %d, neighbours follow each other: %v", n, spread)
			}
		}
		if slices.Sort(spread); !slices.Equal(spread, list) {
			t.Fatalf("of %d there are %v", n, spread)
		}
	}
}
