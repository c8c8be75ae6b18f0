package app

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/pcap"
)

// command sends a command as administrator.
func command(t testing.TB, s *Server, path, body string) (int, string) {
	t.Helper()
	q, err := http.NewRequestWithContext(t.Context(), http.MethodPost, strings.TrimSuffix(s.URL(), "/")+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	q.Header.Set("Content-Type", "application/json")
	q.SetBasicAuth("admin", "secret word")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return a.StatusCode, string(b)
}

// tuned is a source of now that hears a packet for each that is put into it, and whose radio can be tuned.
type tuned struct {
	flaky
	packets chan pcap.Packet
	taken   chan struct{} // has one after each packet
	order   capture.Order
}

func (s *tuned) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	if err := deliver(nil); err != nil {
		return err
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case p := <-s.packets:
			if err := deliver([]pcap.Packet{p}); err != nil {
				return err
			}
			s.taken <- struct{}{}
		}
	}
}

func (s *tuned) Tuning() capture.Tuning {
	return capture.Tuning{Channels: []string{"1", "6"}, Channel: s.order.Channel, Hop: s.order.Hop, Rate: s.order.Rate, Interface: "roofmon", Hardware: "rt2800usb"}
}

func (s *tuned) Tune(_ context.Context, o capture.Order) error {
	if o.Channel == "14" {
		return os.ErrInvalid
	}
	s.order = o
	return nil
}

func TestSourcesAreClosedPausedTunedAndOpened(t *testing.T) {
	radio := &tuned{flaky: flaky{live: true, reopens: true}, packets: make(chan pcap.Packet), taken: make(chan struct{})}
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{radio}})
	sub := s.ledger.Subscribe(1024)
	defer sub.Close()
	state := s.roster.all()[0]
	path := "/datasource/by-uuid/" + strings.ToLower(state.uuid) + "/"
	do := func(name, body string, code int, want string) {
		t.Helper()
		if got, text := command(t, s, path+name+".cmd", body); got != code || !strings.Contains(text, want) {
			t.Errorf("%s %s: status %d, %s, want %d and %q", name, body, got, text, code, want)
		}
	}
	seen := func() uint64 {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.shard.packets
	}
	hear := func() {
		radio.packets <- packetsOf(t, demoFile)[0]
		<-radio.taken
	}
	hear()
	do("set_channel", `{"channel": "6"}`, 200, `"kismet.datasource.channel": "6"`)
	do("set_channel", `{"channels": ["1", "6"], "rate": 2.5}`, 200, `"kismet.datasource.hop_rate": 2.5`)
	do("set_channel", `{"rate": 5}`, 200, `"kismet.datasource.hop_rate": 5`)
	do("set_channel", `{"channel": "14"}`, 500, `ERROR: the source "roof" listens as before: invalid argument`)
	for _, mistake := range []string{`{}`, `{"channels": "1"}`, `{"channels": [1]}`, `{"rate": "5"}`, `{"channel": 6}`, `{"channel": ""}`} {
		do("set_channel", mistake, 500, "ERROR: ")
	}
	do("set_hop", "", 200, `"kismet.datasource.capture_interface": "roofmon"`)
	do("open_source", "", 500, `ERROR: the source "roof" is open already`)
	do("resume_source", "", 500, `ERROR: the source "roof" is not paused`)
	do("pause_source", "", 200, `"kismet.datasource.paused": 1`)
	do("pause_source", "", 500, "paused already")
	for range 3 {
		hear()
	}
	do("resume_source", "", 200, `"kismet.datasource.paused": 0`)
	do("close_source", "", 200, `"kismet.datasource.error_reason": "Source disabled"`)
	do("close_source", "", 500, `the source "roof" is not open`)
	do("open_source", "", 200, `"kismet.datasource.running": 1`)
	hear()
	do("disable_source", "", 200, `"kismet.datasource.running": 0`)
	if got := seen(); got != 2 {
		t.Errorf("%d packets were looked at, want those of when it was open and not paused: 2", got)
	}
	var topics []string
	for len(sub.Events()) > 0 {
		if e := <-sub.Events(); strings.HasPrefix(e.Topic, "DATASOURCE") {
			topics = append(topics, e.Topic)
		}
	}
	if want := []string{"DATASOURCE_PAUSED", "DATASOURCE_RESUMED", "DATASOURCE_CLOSED", "DATASOURCE_OPENED", "DATASOURCE_CLOSED"}; !slices.Equal(topics, want) {
		t.Errorf("events %v, want %v", topics, want)
	}
	path = "/datasource/by-uuid/none/"
	do("close_source", "", 500, "ERROR: unknown source")
}

func TestSourcesAreAddedWhileTheServerRuns(t *testing.T) {
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	folder := t.TempDir()
	broken := filepath.Join(folder, "broken.pcap")
	if err := os.WriteFile(broken, slices.Repeat([]byte("x"), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	const own = "5FE308BD-0000-0000-0000-00C0CAB1B2B3"
	for _, c := range []struct {
		definition string
		code       int
		want       string
	}{
		{demoFile + ":name=demo", 200, `"kismet.datasource.name": "demo"`},
		{demoFile, 500, "there is a source of that kind and place already"},
		{demoFile + ":uuid=" + strings.ToLower(own), 200, own},
		{demoFile + ":uuid=me", 500, "uuid=me is not of the form"},
		{broken, 500, "ERROR: the source "},
		{"-", 500, "standard input"},
		{"kismet:url=http://127.0.0.1:1,user=a,Password-File=/etc/shadow", 500, "names files of the server's machine"},
		{"nothing9", 500, "neither a capture file nor an interface"},
		{" ", 500, "expected the definition of a source"},
	} {
		body, err := json.Marshal(map[string]string{"definition": c.definition})
		if err != nil {
			t.Fatal(err)
		}
		if code, text := command(t, s, "/datasource/add_source.cmd", string(body)); code != c.code || !strings.Contains(text, c.want) {
			t.Errorf("%s: status %d, %s, want %d and %q", c.definition, code, text, c.code, c.want)
		}
	}
	if n := len(s.roster.all()); n != 3 {
		t.Errorf("%d sources, want the demo twice and the broken one", n)
	}
	want := uint64(len(packetsOf(t, demoFile)))
	first := s.roster.all()[0]
	if err := first.await(t.Context(), func() bool { return first.stop == nil }); err != nil {
		t.Fatal(err)
	}
	if got := first.counts().Packets; got != want {
		t.Errorf("%d packets of the first, want %d", got, want)
	}
	if code, text := command(t, s, "/datasource/by-uuid/"+first.uuid+"/open_source.cmd", ""); code != 500 || !strings.Contains(text, "cannot be read again") {
		t.Errorf("opened again: status %d, %s", code, text)
	}
	if code, text := command(t, s, "/datasource/by-uuid/"+own+"/set_channel.cmd", `{"channel": "6"}`); code != 500 || !strings.Contains(text, "no radio that could be tuned") {
		t.Errorf("tuned: status %d, %s", code, text)
	}
}
