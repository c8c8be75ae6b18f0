package monitor_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"golang.org/x/sys/unix"
)

func TestRadioIsToldWhereToListen(t *testing.T) {
	m := newMachine(t, "wlan6")
	s := monitor.New(monitor.Options{Interface: "wlan6", Radios: m.radios, Pace: channel.MinPace})
	tune := func(o capture.Order) error { return s.Tune(t.Context(), o) }
	if err := tune(capture.Order{Channel: "6"}); err == nil || err.Error() != "the radio is not open" {
		t.Errorf("before it is open: %v", err)
	}
	l := run(t, s)
	l.open(t)
	m.visits(4)
	want := capture.Tuning{Channels: []string{"1", "6", "11", "36", "174"}, Hop: []string{"1", "6", "11", "36"}, Rate: 20, Interface: "wlan6mon"}
	got := s.Tuning()
	got.Channel = ""
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("where it listens (-want +got)\n%s", diff)
	}
	m.refuse(unix.EINVAL, 5180)
	for text, o := range map[string]capture.Order{
		`channel "six": a channel begins`: {Channel: "six"}, "cannot listen to channel 149": {Channel: "149"}, "none of the channels [149]": {Hop: []string{"149"}},
		"hops a second are not possible": {Rate: 21}, "-1 hops": {Rate: -1}, "invalid argument": {Channel: "36"},
	} {
		if err := tune(o); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, want a word on %q", o, err, text)
		}
	}
	if got := s.Tuning(); len(got.Hop) != 4 || got.Rate != 20 {
		t.Errorf("after orders that were refused it listens to %+v", got)
	}
	if err := tune(capture.Order{Channel: "11"}); err != nil {
		t.Fatal(err)
	}
	for len(m.tuned) > 0 {
		<-m.tuned
	}
	time.Sleep(3 * channel.MinPace)
	if got := s.Tuning(); got.Channel != "11" || got.Hop != nil || got.Rate != 0 || len(m.tuned) != 0 {
		t.Errorf("told to stay on channel 11, it listens to %+v, and went to %d more", got, len(m.tuned))
	}
	if err := tune(capture.Order{Hop: []string{"1", "11"}, Rate: 10}); err != nil {
		t.Fatal(err)
	}
	if got, want := m.visits(4), []string{"1", "1", "11", "11"}; !slices.Equal(got, want) {
		t.Errorf("it hops over %v, want %v", got, want)
	}
	if got := s.Tuning(); got.Rate != 10 {
		t.Errorf("it hops %g times a second, want 10", got.Rate)
	}
	l.stop()
	<-l.ended
	if err := tune(capture.Order{}); err == nil {
		t.Error("a radio that is closed takes orders")
	}
	again := run(t, s)
	again.open(t)
	if got, want := m.visits(2), []string{"1", "11"}; !slices.Equal(got, want) {
		t.Errorf("opened again it hops over %v, want %v", got, want)
	}
}

func TestInterfaceThatIsNoRadioTakesNoOrders(t *testing.T) {
	newRadio(t, "mon9", arpRadiotap).set(true)
	m := newMachine(t, "wlan9")
	s := monitor.New(monitor.Options{Interface: "mon9", Radios: m.radios})
	l := run(t, s)
	l.open(t)
	if err := s.Tune(t.Context(), capture.Order{Channel: "6"}); err == nil || !strings.Contains(err.Error(), "does not know it as a wireless interface") {
		t.Errorf("order: %v", err)
	}
	if got := s.Tuning(); got.Interface != "mon9" || got.Channels != nil {
		t.Errorf("it listens to %+v", got)
	}
	l.stop()
	<-l.ended
}
