package remote_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
)

// order connects a tool and returns where it was told to listen, sorted.
func order(t *testing.T, definition string, channels []string) (hop []string, rate float64, said []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{Definition: definition, Channels: channels})
		pass(2 * time.Second)
		if tool.Err() != nil {
			t.Fatal(tool.Err())
		}
		seen := tool.Seen()
		said = b.saying()
		if len(seen.Tunings) == 0 {
			return
		}
		h := seen.Tunings[0].Hop
		if len(seen.Tunings) > 1 || h.Shuffle || seen.Largest > 4000 {
			t.Errorf("it got %d orders, shuffle %v, frames of %d octets", len(seen.Tunings), h.Shuffle, seen.Largest)
		}
		slices.Sort(h.Channels)
		hop, rate = h.Channels, h.Rate
		tuning := b.source().Tuning()
		if slices.Sort(tuning.Hop); !slices.Equal(tuning.Hop, hop) {
			t.Errorf("the source says it hops over %v", tuning.Hop)
		}
	})
	return hop, rate, said
}

func TestARadioHopsAsItsDefinitionSays(t *testing.T) {
	radio := strings.Fields("1 1HT20 1HT40+ 6 6HT40- 11 36 36HT40+ 36VHT80 1W6e 5W6e 187 99HT40* 5W6eHT20")
	for _, c := range []struct {
		definition, want string
		rate             float64
		lacks            string
	}{
		{"wlan0", "1 11 1W6e 36 5W6e 6", 5, ""},
		{"wlan0:channel_hoprate=30/min", "1 11 1W6e 36 5W6e 6", 0.5, ""},
		{`wlan0:channels="1,6HT40-,36VHT80"`, "1 36VHT80 6HT40-", 5, ""},
		{`wlan0:channels="1,13,bogus"`, "1", 5, `"13", "bogus"`},
		{`wlan0:block_channels="6,1w6E",add_channels="36VHT80,1"`, "1 11 36 36VHT80 5W6e", 5, ""},
		{"wlan0:channel=6HT40-", "1 11 1W6e 36 5W6e 6 6HT40-", 5, ""},
		{"wlan0:channel=6,channel_hop=false", "", 0, ""},
	} {
		hop, rate, said := order(t, c.definition, radio)
		if got := strings.Join(hop, " "); got != c.want || rate != c.rate {
			t.Errorf("%s: hops over %s, %g a second, want %s, %g", c.definition, got, rate, c.want, c.rate)
		}
		if told := strings.Join(said, "\n"); c.lacks == "" != (told == "") || !strings.Contains(told, c.lacks) {
			t.Errorf("%s: said %q", c.definition, told)
		}
	}
}

func TestALongListFitsIntoWhatToolsTake(t *testing.T) {
	var channels []string
	for n := 36; n <= 196; n++ {
		channels = append(channels, fmt.Sprint(n), fmt.Sprintf("%dHT20", n), fmt.Sprintf("%dW5", n), fmt.Sprintf("%dW10", n))
	}
	hop, _, said := order(t, `wlan0:channels="`+strings.Join(channels, ",")+`"`, channels)
	if len(hop) < 400 || len(hop) == len(channels) || len(said) != 1 {
		t.Errorf("of %d channels it hops over %d; said %q", len(channels), len(hop), said)
	}
}

func TestARadioIsTunedByOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		o := remotetest.Options{Channels: []string{"1", "6", "6HT40-", "11"}, Unusable: []string{"11"}}
		tool := b.tool(sensor, o)
		pass(2 * time.Second)
		s := b.source()
		// One of the channels is found to be unusable after a round.
		want := capture.Tuning{Channels: o.Channels, Hop: []string{"1", "6"}, Rate: 5}
		if diff := cmp.Diff(want, s.Tuning()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if err := s.Tune(t.Context(), capture.Order{Channel: "6HT40-"}); err != nil {
			t.Error(err)
		}
		if got := s.Tuning(); got.Channel != "6HT40-" || got.Hop != nil {
			t.Errorf("tuned to %+v", got)
		}
		for _, c := range []struct {
			order capture.Order
			want  string
		}{
			{capture.Order{Channel: "13"}, `cannot listen to channel "13"`},
			{capture.Order{Channel: "6HT80"}, "6HT80"},
			{capture.Order{Channel: "6HT40+"}, "unable to set the channel"},
			{capture.Order{Hop: []string{"1", "13"}}, `channels "13"`},
			{capture.Order{Rate: 100}, "not possible"},
		} {
			if err := s.Tune(t.Context(), c.order); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%+v: got %v, want a word on %s", c.order, err, c.want)
			}
		}
		// It comes back, and listens where it was told to.
		tool.Close()
		pass(time.Second)
		if err := s.Tune(t.Context(), capture.Order{Channel: "1"}); err == nil || !strings.Contains(err.Error(), "not connected") {
			t.Errorf("a sensor that is away: %v", err)
		}
		tool = b.tool(sensor, o)
		pass(2 * time.Second)
		if got := tool.Seen().Tunings; len(got) != 1 || got[0].Channel != "6HT40-" {
			t.Errorf("when it came back it was told %+v", got)
		}
		if err := s.Tune(t.Context(), capture.Order{Rate: 2}); err != nil {
			t.Error(err)
		}
		if got := s.Tuning(); len(got.Hop) != 2 || got.Rate != 2 {
			t.Errorf("it hops as %+v", got)
		}
	})
}

func TestAnOrderThatIsNotAnsweredFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, remote.Options{})
		defer b.stop()
		tool := b.tool(sensor, remotetest.Options{Stuck: true})
		pass(time.Second)
		s, begun := b.source(), time.Now()
		if err := s.Tune(t.Context(), capture.Order{Channel: "1"}); err == nil || !strings.Contains(err.Error(), "within 30s") || time.Since(begun) != 30*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Tune(ctx, capture.Order{Channel: "1"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		pass(time.Minute)
		if seen := tool.Seen(); tool.Err() != nil || seen.Together > 0 || len(b.failures()) > 0 {
			t.Errorf("the session is no more: %v, %d frames came together", tool.Err(), seen.Together)
		}
		time.AfterFunc(time.Second, tool.Close)
		if err := s.Tune(t.Context(), capture.Order{Channel: "1"}); err == nil || !strings.Contains(err.Error(), "closed the connection") {
			t.Errorf("a sensor that went away: %v", err)
		}
	})
}

func TestToolsThatCannotTuneAreNeverToldTo(t *testing.T) {
	for _, kind := range []string{"pcapfile", "ticc2540", "rtl433"} {
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t, remote.Options{})
			defer b.stop()
			tool := b.tool(sensor, remotetest.Options{Kind: kind})
			pass(time.Second)
			if err := b.source().Tune(t.Context(), capture.Order{Channel: "1"}); err == nil || !strings.Contains(err.Error(), kind) {
				t.Errorf("%s: %v", kind, err)
			}
			if pass(time.Minute); tool.Err() != nil {
				t.Errorf("%s: %v", kind, tool.Err())
			}
		})
	}
}
