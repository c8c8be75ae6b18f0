package pcap_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/pcap"
)

func TestInterfacesAreNamed(t *testing.T) {
	o := little
	_, r, err := drain(bytes.NewReader(join(o.section(), o.radio(127, o.option(2, "wlan0\x00\x00")), o.radio(105),
		o.radio(105, o.option(2, "\xffgarbage")), o.radio(127, o.option(2, strings.Repeat("é", 50))), o.radio(105, o.option(3, "a radio")),
		big.section(), big.radio(127, big.option(2, "wlan0")), big.radio(127, big.option(2, "other")))), 0)
	if err != io.EOF {
		t.Fatal(err)
	}
	want := []pcap.Interface{
		{Name: "wlan0", Link: 127}, {Link: 105}, {Name: "\ufffdgarbage", Link: 105}, {Name: strings.Repeat("é", 32), Link: 127}, {Link: 105},
		{Name: "other", Link: 127},
	}
	if diff := cmp.Diff(want, r.Interfaces()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestManySectionsAreFewInterfaces holds for what a sensor wrote in many files that were put together.
func TestManySectionsAreFewInterfaces(t *testing.T) {
	part := join(little.section(), little.radio(127, little.option(2, "wlan0")), little.enhanced(0, 1, "x"))
	list, r, err := drain(bytes.NewReader(bytes.Repeat(part, 5000)), 100)
	if len(list) != 5000 || len(r.Interfaces()) != 1 || err != io.EOF {
		t.Errorf("got %d packets, %d interfaces, %v", len(list), len(r.Interfaces()), err)
	}
}

// TestDropped holds that a loss is counted once, whether packets tell of it (pcapng §4.3, appendix A), statistics
// (§4.6), or both.
func TestDropped(t *testing.T) {
	o := little
	packet := func(lost uint64) []byte { return o.enhanced(0, 1, "x", o.option(4, lost)) }
	stats := func(radio int, byInterface, bySystem uint64) []byte {
		return o.block(5, radio, 0, 0, o.option(5, byInterface), o.option(6, uint64(1000)), o.option(7, bySystem))
	}
	start := join(o.section(), o.radio(127), o.radio(127))
	for name, c := range map[string]struct {
		stream []byte
		want   uint64
	}{
		"none":                      {start, 0},
		"packets":                   {join(start, packet(2), packet(0), packet(3)), 5},
		"obsolete packets":          {join(start, o.block(2, uint16(0), uint16(4), 0, 0, 0, 0), o.block(2, uint16(0), uint16(0xffff), 0, 0, 0, 0)), 4},
		"statistics":                {join(start, stats(0, 3, 4)), 7},
		"statistics that go on":     {join(start, stats(0, 3, 4), stats(0, 5, 6), stats(0, 5, 6)), 11},
		"two interfaces":            {join(start, stats(0, 3, 4), stats(1, 1, 1)), 9},
		"packets and statistics":    {join(start, packet(2), packet(3), stats(0, 5, 1)), 6},
		"sections":                  {join(start, stats(0, 3, 4), start, stats(0, 3, 0)), 10},
		"an interface that is not":  {join(start, stats(2, 3, 4), o.block(5, 0)), 0},
		"as many as 64 bits hold":   {join(start, stats(0, math.MaxUint64, 9), stats(1, 9, 9), packet(5)), math.MaxUint64},
		"packets of all 64 bits":    {join(start, packet(math.MaxUint64), packet(2), stats(0, 1, 1)), math.MaxUint64},
		"statistics that went back": {join(start, stats(0, 9, 0), stats(0, 1, 0)), 9},
	} {
		if _, r, err := drain(bytes.NewReader(c.stream), 0); err != io.EOF || r.Dropped() != c.want {
			t.Errorf("%s: got %d, %v, want %d", name, r.Dropped(), err, c.want)
		}
	}
}

// stuck returns nothing and no error.
type stuck struct{}

func (stuck) Read([]byte) (int, error) { return 0, nil }

func TestSourcesThatFail(t *testing.T) {
	broken := errors.New("the cable was pulled")
	for name, stream := range samples() {
		whole, _, _ := drain(bytes.NewReader(stream), 0)
		for _, n := range []int{0, 2, len(stream) - 1, len(stream)} {
			for _, c := range []struct {
				tail io.Reader
				want error
			}{
				{stuck{}, io.ErrNoProgress}, {iotest.ErrReader(broken), broken},
				{iotest.ErrReader(io.ErrUnexpectedEOF), pcap.ErrTruncated}, // so says gzip when its input is cut
			} {
				list, _, err := drain(io.MultiReader(bytes.NewReader(stream[:n]), c.tail), 3)
				if !errors.Is(err, c.want) || n == len(stream) && len(list) != len(whole) {
					t.Errorf("%s, %v after %d octets: got %d packets, %v", name, c.want, n, len(list), err)
				}
			}
		}
	}
}

// TestPausesAreNotErrors holds for a source that returns nothing now and then.
func TestPausesAreNotErrors(t *testing.T) {
	for name, stream := range samples() {
		var parts []io.Reader
		for i := range stream {
			for range 20 {
				parts = append(parts, pause{new(bool)})
			}
			parts = append(parts, bytes.NewReader(stream[i:i+1]))
		}
		want, _, _ := drain(bytes.NewReader(stream), 0)
		list, _, err := drain(io.MultiReader(parts...), 0)
		if diff := cmp.Diff(want, list); diff != "" || err != io.EOF {
			t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
		}
	}
}

type pause struct{ over *bool }

func (p pause) Read([]byte) (int, error) {
	if *p.over {
		return 0, io.EOF
	}
	*p.over = true
	return 0, nil
}

// allocated returns how many octets f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestClaimsCostNothing holds that no length that a stream states is allocated.
func TestClaimsCostNothing(t *testing.T) {
	o := little
	ng := join(o.section(), o.radio(127))
	for name, stream := range map[string][]byte{
		"packet":         join(o.file(0xa1b2c3d4, 127), o.octets(0, 0, 262144, 262144)),
		"packet block":   join(ng, o.octets(6, 16<<20, 0, 0, 0, 262144, 262144)),
		"section":        join(ng, o.octets(0x0a0d0d0a, uint32(0xf0000000), 0x1a2b3c4d)),
		"interface":      join(ng, o.octets(1, uint32(0xf0000000), 0)),
		"skipped block":  join(ng, o.octets(4, uint32(0xfffffffc), 0)),
		"skipped blocks": join(ng, o.octets(4, 16<<20, make([]byte, 16<<20-12), 16<<20), o.octets(4, uint32(0xfffffffc), 0)),
	} {
		if n := allocated(func() { drain(bytes.NewReader(stream), 0) }); n > 1<<20+1<<16 {
			t.Errorf("%s: %d octets allocated", name, n)
		}
	}
}

// TestBatchesStay holds that no packet of a batch is overwritten while the batch is filled, over many buffers.
func TestBatchesStay(t *testing.T) {
	var stream bytes.Buffer
	stream.Write(join(little.section(), little.radio(127)))
	var want []string
	for i := 0; stream.Len() < 4<<20; i++ {
		data := strings.Repeat(fmt.Sprint(i, " "), i%200)
		stream.Write(little.enhanced(0, uint64(i), data))
		if i%1000 == 0 { // larger than what is left of the buffer
			stream.Write(little.block(4, make([]byte, 300_000)))
		}
		want = append(want, data)
	}
	for _, src := range []io.Reader{bytes.NewReader(stream.Bytes()), iotest.HalfReader(bytes.NewReader(stream.Bytes()))} {
		list, _, err := drain(src, 256)
		if err != io.EOF || len(list) != len(want) {
			t.Fatalf("got %d packets, %v, want %d", len(list), err, len(want))
		}
		for i, p := range list {
			if string(p.Data) != want[i] || p.Number != uint64(i+1) {
				t.Fatalf("packet %d: got %d, %.20q, want %.20q", i+1, p.Number, p.Data, want[i])
			}
		}
	}
}

// TestBatchDoesNotWait holds that what is there is handed on before more is read: a live source may pause for long.
func TestBatchDoesNotWait(t *testing.T) {
	first := join(little.section(), little.radio(127), little.enhanced(0, 1, "a"), little.enhanced(0, 2, "b"), little.enhanced(0, 3, "c")[:20])
	r, err := pcap.NewReader(io.MultiReader(bytes.NewReader(first), iotest.ErrReader(errors.New("read too early"))))
	if err != nil {
		t.Fatal(err)
	}
	if list, err := r.Batch(nil, 100); len(list) != 2 || err != nil {
		t.Errorf("got %d packets, %v, want 2", len(list), err)
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	o := big
	for name, src := range map[string]*endless{
		"pcap": {head: o.file(0xa1b2c3d4, 127), body: join(o.record(1, 2, "abc"), o.record(3, 4, strings.Repeat("x", 999)))},
		"pcapng": {head: join(o.section(), o.radio(127)), body: join(o.enhanced(0, 5, "abc", o.option(2, 5), o.option(4, uint64(1))),
			o.enhanced(0, 6, "abc", o.option(2989, kismetGPS(o, 1, 2, 3))), o.block(3, 2, "ab"), o.block(5, 0, 0, 0, o.option(5, uint64(9))), o.block(4, make([]byte, 999)), o.enhanced(0, 6, "abc", o.option(0)))},
	} {
		r, err := pcap.NewReader(src)
		if err != nil {
			t.Fatal(err)
		}
		var p pcap.Packet
		batch := make([]pcap.Packet, 0, 64)
		if n := testing.AllocsPerRun(10_000, func() { err = errors.Join(err, r.Next(&p)) }); n != 0 || err != nil {
			t.Errorf("%s: %v allocations a packet, %v", name, n, err)
		}
		if n := testing.AllocsPerRun(10_000, func() { batch, err = r.Batch(batch[:0], 64) }); n != 0 || err != nil {
			t.Errorf("%s: %v allocations a batch, %v", name, n, err)
		}
	}
}
