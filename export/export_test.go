package export_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/pcap"
)

func radio(n uint16) pcap.Interface { return pcap.Interface{Name: fmt.Sprint("radio", n)} }

func packet(sensor uint16, link pcap.LinkType, data ...byte) pcap.Packet {
	return pcap.Packet{Time: time.Hour, Interface: sensor, Link: link, Length: 1000, Data: data}
}

// reader is somebody who listens along.
type reader struct {
	*pcap.Reader
	ended chan error
	stop  func()
}

// listen begins a stream and returns when it is there.
func listen(t *testing.T, h *export.Hub, f export.Filter) *reader {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	out, in := io.Pipe()
	w := bufio.NewWriter(in)
	r := &reader{ended: make(chan error, 1), stop: stop}
	go func() {
		r.ended <- h.Stream(ctx, w, w.Flush, f)
		in.Close()
	}()
	var err error
	if r.Reader, err = pcap.NewReader(out); err != nil { // it has the head of the stream
		t.Fatal(err)
	}
	t.Cleanup(stop)
	return r
}

func (r *reader) next(t *testing.T) pcap.Packet {
	t.Helper()
	list, err := r.Batch(nil, 1)
	if len(list) != 1 {
		t.Fatalf("%d packets, %v", len(list), err)
	}
	return list[0]
}

func TestEachRadioAndLinkTypeIsAnInterface(t *testing.T) {
	h := export.New(radio)
	r := listen(t, h, export.Filter{})
	h.Offer([]pcap.Packet{packet(7, pcap.LinkRadiotap, 1, 2), packet(3, pcap.LinkRadiotap, 3)}, "a")
	h.Offer([]pcap.Packet{packet(7, pcap.LinkBLERadio, 4), packet(7, pcap.LinkRadiotap, 5)}, "b")
	for i, want := range []struct {
		number uint16
		link   pcap.LinkType
		data   []byte
	}{{0, pcap.LinkRadiotap, []byte{1, 2}}, {1, pcap.LinkRadiotap, []byte{3}}, {2, pcap.LinkBLERadio, []byte{4}}, {0, pcap.LinkRadiotap, []byte{5}}} {
		p := r.next(t)
		if p.Interface != want.number || p.Link != want.link || !bytes.Equal(p.Data, want.data) || p.Length != 1000 || p.Time != time.Hour {
			t.Errorf("packet %d: %+v, want %+v", i, p, want)
		}
	}
	if i := r.Interfaces(); len(i) != 3 || i[0].Name != "radio7" || i[1].Name != "radio3" || i[2].Name != "radio7" {
		t.Errorf("interfaces %+v", i)
	}
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("the reader went away: %v", err)
	}
}

func TestStreamsHaveWhatTheirFilterKeeps(t *testing.T) {
	h := export.New(radio)
	odd := listen(t, h, export.Filter{Keep: func(p *pcap.Packet) bool { return p.Data[0]%2 == 1 }})
	source := listen(t, h, export.Filter{Source: "b"})
	for i := range byte(4) {
		h.Offer([]pcap.Packet{packet(0, pcap.LinkRadiotap, i)}, string("ab"[i/2]))
	}
	for _, want := range []byte{1, 3} {
		if p := odd.next(t); p.Data[0] != want {
			t.Errorf("of the odd ones came %d, want %d", p.Data[0], want)
		}
	}
	for _, want := range []byte{2, 3} {
		if p := source.next(t); p.Data[0] != want {
			t.Errorf("of source b came %d, want %d", p.Data[0], want)
		}
	}
}

func TestSlowReaderLosesAndIsTold(t *testing.T) {
	h := export.New(radio)
	r := listen(t, h, export.Filter{})
	const many = 40_000 // more than wait, and nobody reads yet
	for range many {
		h.Offer([]pcap.Packet{packet(0, pcap.LinkRadiotap, 1)}, "a")
	}
	read := uint64(0)
	for read+r.Dropped() < many {
		r.next(t)
		read++
		if read < many {
			h.Offer([]pcap.Packet{packet(0, pcap.LinkRadiotap, 2)}, "a")
		}
		if read > 3*many {
			t.Fatal("nothing was told to be lost")
		}
	}
	if clients, logs := h.Lost("a"); clients < r.Dropped() || r.Dropped() == 0 || logs != 0 {
		t.Errorf("%d lost on the way to clients and %d to logs, the reader was told of %d", clients, logs, r.Dropped())
	}
}

func TestStreamsEndWithTheHubAndAreBounded(t *testing.T) {
	h := export.New(radio)
	var list []*reader
	for range 32 {
		list = append(list, listen(t, h, export.Filter{}))
	}
	err := h.Stream(t.Context(), io.Discard, func() error { return nil }, export.Filter{})
	if !errors.Is(err, export.ErrFull) {
		t.Errorf("one more than there is room for: %v", err)
	}
	h.Close()
	for _, r := range list {
		if err := <-r.ended; err != nil {
			t.Errorf("closed: %v", err)
		}
	}
	if err := h.Stream(t.Context(), io.Discard, func() error { return nil }, export.Filter{}); err != nil {
		t.Errorf("after the end: %v", err)
	}
}

// TestLogReadsUntilItCloses has more offered than waits, and the hub closed before all is taken.
func TestLogReadsUntilItCloses(t *testing.T) {
	h := export.New(radio)
	r := h.Read()
	const many = 20_000
	for i := range many {
		h.Offer([]pcap.Packet{packet(uint16(i%2), pcap.LinkRadiotap, byte(i))}, "a")
	}
	h.Close()
	h.Offer([]pcap.Packet{packet(0, pcap.LinkRadiotap, 1)}, "b")
	<-r.Ready()
	list, lost := r.Take()
	if len(list)+int(lost[0]+lost[1]) != many+1 || lost[0] != lost[1]+1 || list[4].Data[0] != 4 {
		t.Errorf("%d packets, lost %v, want all of %d", len(list), lost, many+1)
	}
	if clients, logs := h.Lost("a"); clients != 0 || logs != 2*lost[1] || h.Streams() != 0 {
		t.Errorf("%d and %d lost, %d streams", clients, logs, h.Streams())
	}
	h.Offer([]pcap.Packet{packet(0, pcap.LinkRadiotap, 2)}, "a")
	r.Close()
	h.Offer([]pcap.Packet{packet(0, pcap.LinkRadiotap, 3)}, "a")
	if list, lost := r.Take(); len(list) != 1 || len(lost) != 0 || list[0].Data[0] != 2 {
		t.Errorf("at the end %v wait, lost %v, want the one that came before", list, lost)
	}
}

func TestReaderThatIsGoneEndsTheStream(t *testing.T) {
	h := export.New(radio)
	gone := errors.New("gone")
	err := h.Stream(t.Context(), io.Discard, func() error { return gone }, export.Filter{})
	if !errors.Is(err, gone) {
		t.Errorf("%v, want %v", err, gone)
	}
	if n := testing.AllocsPerRun(100, func() { h.Offer([]pcap.Packet{}, "a") }); n != 0 {
		t.Errorf("%v allocations while nobody listens, want 0", n)
	}
}
