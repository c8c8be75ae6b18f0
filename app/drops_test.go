package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// storm is a live source that delivers faster than anybody looks, when it is told to.
type storm struct {
	packets []pcap.Packet
	begin   chan struct{}
	done    chan struct{} // closed when all is delivered
}

func (s *storm) Name() string      { return "roof" }
func (s *storm) Sensors() []string { return []string{"wlan0"} }
func (s *storm) Live() bool        { return true }
func (s *storm) Reopens() bool     { return true }
func (s *storm) Counts() capture.Counts {
	return capture.Counts{Packets: uint64(len(s.packets)), Lost: 53, Kernel: 50}
}

func (s *storm) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	<-s.begin
	for at := 0; at < len(s.packets); at += 10 {
		if err := deliver(s.packets[at : at+10]); err != nil {
			return err
		}
	}
	close(s.done)
	<-ctx.Done()
	return ctx.Err()
}

// stormy returns packets of which every tenth cannot be read, another is damaged, and another is no frame.
func stormy(n int) []pcap.Packet {
	beacon := append([]byte{0x80, 0, 0, 0, 255, 255, 255, 255, 255, 255, 2, 0, 0, 0, 0, 10, 2, 0, 0, 0, 0, 10, 0, 0}, make([]byte, 12)...)
	radio := []byte{0, 0, 9, 0, 2, 0, 0, 0, 0}
	damaged := []byte{0, 0, 9, 0, 2, 0, 0, 0, 0x40}
	list := make([]pcap.Packet, n)
	for i := range list {
		data := append(bytes.Clone(radio), beacon...)
		switch i % 10 {
		case 7:
			data = []byte{0, 0, 99, 0}
		case 8:
			data = append(bytes.Clone(damaged), beacon...)
		case 9:
			data = append(bytes.Clone(radio), 0x80)
		}
		list[i] = pcap.Packet{Time: time.Hour + time.Duration(i), Link: pcap.LinkRadiotap, Number: uint64(i + 1), Length: uint32(len(data)), Data: data}
	}
	return list
}

// waitFor returns when what is so.
func waitFor(what func() bool) {
	for !what() {
		time.Sleep(time.Millisecond)
	}
}

// TestEveryPacketIsAccountedForUnderOverload has a short queue and detectors that stand still while a storm comes.
func TestEveryPacketIsAccountedForUnderOverload(t *testing.T) {
	folder := t.TempDir()
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	conf.Server.Queue = config.Queue{Limit: 100}
	conf.Logs.PcapNG.Enabled = true
	conf.Logs.PcapNG.File = filepath.Join(folder, "%i.%l")
	source := &storm{packets: stormy(1000), begin: make(chan struct{}), done: make(chan struct{})}
	s, err := New(Options{Config: conf, User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{source}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	s.mu.Lock() // the detectors stand still
	close(source.begin)
	<-source.done
	_, queued := s.roster.all()[0].backlog.counts()
	s.mu.Unlock()
	seen := 1000 - queued
	waitFor(func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.shard.packets == seen
	})
	waitFor(func() bool { return s.packets.Counts().Written == seen })
	d := s.drops(s.roster.all())[0]
	t.Logf("1000 delivered: %d reached the detectors, drops %+v", seen, d)
	if seen > 300 || seen < 100 {
		t.Errorf("%d of 1000 packets were seen beside a queue of 100", seen)
	}
	want := v1.Drops{Kernel: 50, Source: 3, Queue: 1000 - seen, Header: d.Header, Frame: d.Frame, Damaged: d.Damaged}
	if diff := cmp.Diff(want, d); diff != "" || d.Header < seen/20 || d.Frame < seen/20 || d.Damaged < seen/20 || d.Header+d.Frame+d.Damaged > seen/2 {
		t.Errorf("of %d seen (-want +got):\n%s", seen, diff)
	}
	if r := (sourceControl{s}).Sources()[0]; r.Errors != d.Header+d.Frame+d.Damaged || r.Lost != 53+queued {
		t.Errorf("the record has %d errors and %d lost", r.Errors, r.Lost)
	}
	waitFor(func() bool { // one alert leaves the other to the next second
		s.watch(s.roster.all()[0], time.Now().Add(time.Minute))
		return lossTold(s, "in the kernel's buffer") && lossTold(s, "in the queue before the detectors")
	})
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	logged(t, filepath.Join(folder, "1.pcapng"), seen, d.Kernel+d.Source+d.Queue)
}

// lossTold reports whether a PACKETLOST says text.
func lossTold(s *Server, text string) bool {
	return slices.ContainsFunc(s.ledger.Alerts(), func(a *tocsin.Alert) bool { return a.Header == "PACKETLOST" && strings.Contains(a.Text, text) })
}

// logged holds that a file has so many packets and says that it lacks so many.
func logged(t *testing.T, path string, packets, lacking uint64) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := pcap.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	n := uint64(0)
	for p := (pcap.Packet{}); err == nil; n++ {
		err = r.Next(&p)
	}
	if n--; !errors.Is(err, io.EOF) || n != packets || r.Dropped() != lacking || r.Interfaces()[0].Name != "wlan0" {
		t.Errorf("the log has %d packets of %v and lacks %d, want %d and %d: %v", n, r.Interfaces(), r.Dropped(), packets, lacking, err)
	}
}

// TestLogKeepsOnlyWhatIsChosen replays the demo into a log of management frames.
func TestLogKeepsOnlyWhatIsChosen(t *testing.T) {
	folder, open := t.TempDir(), make(chan struct{})
	conf := config.Default()
	conf.Server.Data = folder
	conf.Logs.PcapNG.Enabled, conf.Logs.PcapNG.Frames = true, "management"
	s := start(t, Options{Config: conf, User: "admin", Password: "secret word", Sources: []capture.Source{demoSource(t, open)}})
	want := uint64(0)
	d := capture.NewDecoder()
	for _, p := range packetsOf(t, demoFile) {
		if o := d.Decode(&p); o != nil && (o.Frame.Kind.IsManagement() || o.Frame.EtherType == 0x888e) {
			want++
		}
	}
	close(open)
	waitFor(func() bool { return s.packets.Counts().Written == want })
	files, err := filepath.Glob(filepath.Join(folder, "packets", "Tocsin-*-1.pcapng"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %q, %v", files, err)
	}
	for _, p := range packetsOf(t, files[0]) {
		if o := d.Decode(&p); o == nil || o.Frame.Kind == dot11.QoSData && o.Frame.EtherType != 0x888e {
			t.Fatalf("the log has %+v", o)
		}
	}
	if d := s.describe().Sources[0]; d.Drops != (v1.Drops{}) || d.UUID != s.roster.all()[0].uuid {
		t.Errorf("of a capture that is read whole: %+v", d)
	}
}

func TestPacketLogWithoutAPlaceIsAMistake(t *testing.T) {
	conf := config.Default()
	conf.Server.Listen = "127.0.0.1:0"
	conf.Logs.PcapNG.Enabled = true
	if _, err := New(Options{Config: conf, Memory: true}); err == nil || !strings.Contains(err.Error(), "logs.pcapng.file") {
		t.Errorf("got %v", err)
	}
}
