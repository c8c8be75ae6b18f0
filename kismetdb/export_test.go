package kismetdb_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/kismetdb"
	"github.com/tocsin-wids/tocsin/pcap"
)

// filterOf reads "name=value&name=value".
func filterOf(s string) (*kismetdb.Filter, error) {
	vars := map[string]string{}
	for piece := range strings.SplitSeq(s, "&") {
		if name, value, ok := strings.Cut(piece, "="); ok {
			vars[name] = value
		}
	}
	return kismetdb.NewFilter(func(name string) (string, bool) { v, ok := vars[name]; return v, ok })
}

// export returns the seconds of the packets that a filter chooses.
func export(t testing.TB, l logged, filter string) (seconds []time.Duration) {
	t.Helper()
	f, err := filterOf(filter)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := l.Export(t.Context(), &b, f); err != nil {
		t.Fatal(err)
	}
	r, err := pcap.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for {
		var p pcap.Packet
		err := r.Next(&p)
		if errors.Is(err, io.EOF) || errors.Is(err, pcap.ErrEmpty) {
			return seconds
		}
		if err != nil {
			t.Fatal(err)
		}
		seconds = append(seconds, p.Time/time.Second)
		if want := fmt.Sprintf("packet %d", p.Time/time.Second); string(p.Data) != want || p.Length != 1000 {
			t.Errorf("packet %q of %d octets, want %q of 1000", p.Data, p.Length, want)
		}
	}
}

// withPackets is a log of 700 packets, one a second, from two sources.
func withPackets(t testing.TB) logged {
	t.Helper()
	l := open(t, func(o *kismetdb.Options) { o.Packets = true })
	for i := range 700 {
		data := fmt.Appendf(nil, "packet %d", i)
		tags, link := "", pcap.LinkType(1)
		if i%100 == 50 {
			tags, link = "ALERT ALERT_PROBE", pcap.LinkBLE
		}
		l.Packet(&pcap.Packet{Time: time.Duration(i) * time.Second, Link: link, Length: 1000, Data: data}, nil, fmt.Sprintf("source-%d", i%2), tags)
	}
	l.Flush()
	if err := l.DropBefore(t.Context(), time.Unix(math.MinInt32, 0)); err != nil { // drops nothing, and commits
		t.Fatal(err)
	}
	return l
}

func TestExportsHoldWhatTheFilterChooses(t *testing.T) {
	l := withPackets(t)
	for filter, want := range map[string]int{
		"":                                       700,
		"limit=300":                              300,
		"timestamp_start=10&timestamp_end=19":    10,
		"datasource=source-1":                    350,
		"tag=%ALERT_PROBE%":                      7,
		"tag=ALERT":                              0,
		"tag=%ALERT%&limit=3":                    3,
		"dlt=251":                                7,
		"dlt=251&datasource=source-1":            0,
		"size_min=10":                            600,
		"frequency_min=1":                        0,
		"signal_max=-1":                          0,
		"location_lat_min=-1&location_lat_max=1": 700,
		"address_source=00:00:00:00:00:00":       700,
		"datasource=' OR 1=1 --":                 0,
		"unknown=5":                              700,
	} {
		if got := len(export(t, l, filter)); got != want {
			t.Errorf("%s: %d packets, want %d", filter, got, want)
		}
	}
	seconds := export(t, l, "")
	for i, s := range seconds {
		if int(s) != i {
			t.Fatalf("packet %d is of second %d", i, s)
		}
	}
}

func TestFiltersThatMeanNothingAreRefused(t *testing.T) {
	for _, filter := range []string{"dlt=x", "signal_min=NaN", "limit=0", "limit=-5", "limit=x", "tag=" + strings.Repeat("%", 129)} {
		if _, err := filterOf(filter); tocsin.ErrorCode(err) != tocsin.Invalid {
			t.Errorf("%s: %v, want the caller's mistake", filter, err)
		}
	}
}

func TestDroppedPacketsAreGone(t *testing.T) {
	l := withPackets(t)
	if err := l.DropBefore(t.Context(), time.Unix(600, 0)); err != nil {
		t.Fatal(err)
	}
	if got := export(t, l, ""); len(got) != 100 || got[0] != 600 {
		t.Errorf("%d packets are left, want the last hundred", len(got))
	}
}

func TestNotesArePointsOfInterest(t *testing.T) {
	l := open(t, nil)
	for _, note := range []string{`{"note": "here"}`, ""} {
		if err := l.Note(t.Context(), note); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Note(t.Context(), strings.Repeat("x", 5000)); tocsin.ErrorCode(err) != tocsin.Invalid {
		t.Errorf("a long note: %v", err)
	}
	l.stop()
	if got := show(query(t, l.Path(), "SELECT snaptype, json FROM snapshots"), "snaptype", "json"); got != "POI|{\"note\": \"here\"}\nPOI|\n" {
		t.Errorf("snapshots %q", got)
	}
	if err := l.Note(t.Context(), ""); !errors.Is(err, kismetdb.ErrEnded) {
		t.Errorf("a note for a closed log: %v", err)
	}
}

// slow is a client that reads once, and then no more.
type slow struct {
	read chan struct{}
	wait chan struct{}
	n    int
}

func (s *slow) Write(b []byte) (int, error) {
	if s.n++; s.n == 2 {
		close(s.read)
		<-s.wait
	}
	return len(b), nil
}

// TestSlowClientDoesNotHoldUpTheLog commits while an export waits for its client.
func TestSlowClientDoesNotHoldUpTheLog(t *testing.T) {
	l := withPackets(t)
	client := &slow{read: make(chan struct{}), wait: make(chan struct{})}
	f, _ := filterOf("")
	done := make(chan error, 1)
	go func() { done <- l.Export(context.Background(), client, f) }()
	<-client.read
	if err := l.DropBefore(t.Context(), time.Unix(650, 0)); err != nil {
		t.Errorf("while a client does not read: %v", err)
	}
	close(client.wait)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if client.n >= 700 {
		t.Errorf("%d writes, want fewer: what was dropped meanwhile is not there any more", client.n)
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if err := l.Export(ctx, io.Discard, f); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that went away: %v", err)
	}
}

// FuzzFilter holds that whatever is sent becomes a filter that can be used, or a mistake of the caller's.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{"tag=%&dlt=1", "signal=1e999", "datasource=\x00'\"\xff%_", "limit=99999999999999999999"} {
		f.Add(seed)
	}
	l := withPackets(f)
	f.Fuzz(func(t *testing.T, s string) {
		filter, err := filterOf(s)
		if err == nil {
			err = l.Export(t.Context(), io.Discard, filter)
		}
		if err != nil && tocsin.ErrorCode(err) != tocsin.Invalid {
			t.Errorf("%q: %v", s, err)
		}
	})
}
