package app

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
)

// read returns the options that a text means.
func read(t testing.TB, text string) (monitor.Options, error) {
	t.Helper()
	list, err := splitOptions(text)
	var o monitor.Options
	for _, option := range list {
		if err == nil {
			err = set(&o, option)
		}
	}
	return o, err
}

func TestOptionsOfRadiosAreThoseOfKismet(t *testing.T) {
	got, err := read(t, `Name=roof,type=linuxwifi,channels="1,6,36VHT80",channel=11,channel_hop=False,channel_hoprate=4/sec,vif=mon7,ignoreprimary=t,fcsfail=true`)
	if err != nil {
		t.Fatal(err)
	}
	wide := channel.Channel{MHz: 5180, Width: channel.VHT80, Center: 5210}
	if !slices.Equal(got.Channels, []channel.Channel{channel.At(2412), channel.At(2437), wide}) || got.Channel != channel.At(2462) ||
		got.Name != "roof" || !got.Stay || got.Pace != 250*time.Millisecond || got.Monitor != "mon7" || !got.KeepUp || got.Flags != (nl80211.Flags{BadFCS: true}) {
		t.Errorf("the options are %+v", got)
	}
	got, err = read(t, `band5ghz=true,band24ghz=false,block_channels="36,40",add_channels=13`)
	if err != nil || !slices.Equal(got.Bands, []channel.Band{channel.Band5}) || !slices.Equal(got.Block, []channel.Channel{channel.At(5180), channel.At(5200)}) ||
		!slices.Equal(got.Add, []channel.Channel{channel.At(2472)}) {
		t.Errorf("the options are %+v, %v", got, err)
	}
	for text, want := range map[string]time.Duration{"20/sec": 50 * time.Millisecond, "30/min": 2 * time.Second, "1.5/dwell": 1500 * time.Millisecond} {
		if got, err := channel.ParsePace(text); err != nil || got != want {
			t.Errorf("%s is %s, %v, want %s", text, got, err, want)
		}
	}
}

func TestMistakesInOptionsOfRadiosAreTold(t *testing.T) {
	for text, want := range map[string]string{
		`channels="1,6`: "quote", "channel": "has no value", "channel=x": `"x"`, "block_channels=x": `"x"`, "band5ghz=yes": "neither true nor false", "channels=0": `"0"`, "channel_hop=maybe": "neither true nor false",
		"channel_hoprate=5": "no unit", "channel_hoprate=x/sec": "begin with a number", "channel_hoprate=NaN/sec": "begin with a number",
		"channel_hoprate=21/sec": "20 times", "realtime=true": "not known", "type=pcapfile": "linuxwifi",
	} {
		if got, err := read(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %+v, %v, want a word on %q", text, got, err, want)
		}
	}
}

func TestChannelsOfThePolicyAreProtected(t *testing.T) {
	r := newRadios(tocsin.Policy{Networks: []tocsin.NetworkRule{{Channels: []uint8{6}}}}, slog.New(slog.DiscardHandler))
	if !r.protected(channel.At(2437)) || r.protected(channel.At(2412)) {
		t.Error("channel 6 is protected, channel 1 is not")
	}
}
