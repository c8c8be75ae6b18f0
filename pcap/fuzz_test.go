package pcap_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/pcap"
)

// chunks gives at most so many octets at once.
type chunks struct {
	io.Reader
	n int
}

func (c chunks) Read(b []byte) (int, error) { return c.Reader.Read(b[:min(len(b), c.n)]) }

// FuzzReader holds for any stream: nothing panics, memory is bounded by what is read, and the packets and the error
// are the same however the stream comes and whether they are asked for one by one or many at a time.
func FuzzReader(f *testing.F) {
	for _, stream := range samples() {
		f.Add(stream)
	}
	f.Add(join(big.section(), big.radio(127), big.enhanced(0, 1, "a", big.option(2989, kismetGPS(big, 8.5, 47.25, 400)))))
	for _, c := range oddStreams() {
		if len(c.stream) < 4096 {
			f.Add(c.stream)
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		const buffer, slack = 1 << 20, 1 << 16
		most := uint64(buffer + slack + 32*len(stream))
		if n := allocated(func() { count(bytes.NewReader(stream)) }); n > most {
			t.Errorf("%d octets allocated for %d", n, len(stream))
		}
		want, r, end := drain(bytes.NewReader(stream), 0)
		if end == nil {
			t.Fatal("no end")
		}
		for i, p := range want {
			if p.Number != uint64(i+1) || p.Length < uint32(len(p.Data)) || p.Time < 0 || p.Time > 1<<33*time.Second ||
				int(p.Interface) >= len(r.Interfaces()) || p.Link != r.Interfaces()[p.Interface].Link || !utf8.ValidString(p.Comment) {
				t.Fatalf("packet %d is %+v", i+1, p)
			}
		}
		for _, batch := range []int{0, 3, 100} {
			src := chunks{bytes.NewReader(stream), 1 + len(stream)%17}
			if batch == 100 {
				src.n = len(stream) + 1
			}
			list, again, err := drain(src, batch)
			if err.Error() != end.Error() {
				t.Fatalf("batches of %d in chunks of %d end with %v, want %v", batch, src.n, err, end)
			}
			same(t, want, list)
			if r != nil && (again.Dropped() != r.Dropped() || !slices.Equal(again.Interfaces(), r.Interfaces())) {
				t.Fatalf("batches of %d: %d dropped of %v, want %d of %v", batch, again.Dropped(), again.Interfaces(), r.Dropped(), r.Interfaces())
			}
		}
		half, _, _ := drain(bytes.NewReader(stream[:len(stream)/2]), 2)
		same(t, want[:min(len(half), len(want))], half)
		if r != nil {
			rewrite(t, r.Interfaces(), want)
		}
	})
}

// same compares without cmp, which takes its way by chance, and so keeps a fuzzer from learning.
func same(t *testing.T, want, got []pcap.Packet) {
	t.Helper()
	equal := slices.EqualFunc(want, got, func(a, b pcap.Packet) bool {
		return a.Time == b.Time && a.Link == b.Link && a.Interface == b.Interface && a.Length == b.Length && a.Number == b.Number &&
			a.Comment == b.Comment && bytes.Equal(a.Data, b.Data) && (a.Position == nil) == (b.Position == nil) &&
			(a.Position == nil || *a.Position == *b.Position)
	})
	if !equal {
		t.Fatalf("(-want +got):\n%s", cmp.Diff(want, got))
	}
}

// count reads all of src and keeps nothing.
func count(src io.Reader) (packets int, err error) {
	r, err := pcap.NewReader(src)
	if err != nil {
		return 0, err
	}
	var p pcap.Packet
	for err = r.Next(&p); err == nil; err = r.Next(&p) {
		packets++
	}
	return packets, err
}

// rewrite holds that whatever was read can be written, and is read again as the same.
func rewrite(t *testing.T, interfaces []pcap.Interface, packets []pcap.Packet) {
	t.Helper()
	if len(interfaces) == 0 {
		return
	}
	var b bytes.Buffer
	write(t, &b, interfaces, packets...)
	list, r, err := drain(&b, 3)
	if err != io.EOF || !slices.Equal(interfaces, r.Interfaces()) {
		t.Fatalf("written again: %v, %v, want %v", err, r.Interfaces(), interfaces)
	}
	same(t, packets, list)
}

// FuzzRoundTrip holds that what is written is read again, or is refused and leaves no trace.
func FuzzRoundTrip(f *testing.F) {
	f.Add(false, uint16(127), "wlan0", int64(1_700_000_000_123_456_789), uint32(99), "deauthentication", []byte("\x00\x00\x08\x00"))
	f.Add(true, uint16(105), "", int64(4_294_967_295_999_999_999), uint32(0), "", []byte{})
	f.Add(false, uint16(0), "a\x00b\xff", int64(-1), uint32(1<<32-1), "é\xc3", bytes.Repeat([]byte{7}, 99))
	f.Fuzz(func(t *testing.T, classic bool, link uint16, name string, at int64, length uint32, comment string, data []byte) {
		interfaces := []pcap.Interface{{Name: name, Link: pcap.LinkType(link)}, {Name: comment, Link: pcap.LinkType(link + 1)}}
		packets := []pcap.Packet{
			{Time: time.Duration(at), Link: pcap.LinkType(link), Length: length, Data: data},
			{Time: time.Duration(at / 2), Link: pcap.LinkType(link + 1), Interface: 1, Data: data[len(data)/2:], Comment: name},
			{Time: time.Duration(at / 3), Link: pcap.LinkType(link), Length: length, Data: data[:len(data)/2], Comment: comment},
		}
		if classic {
			interfaces = nil
		}
		var b bytes.Buffer
		w, err := newWriter(&b, interfaces, packets)
		if err != nil {
			t.Fatal(err)
		}
		var want []pcap.Packet
		for _, p := range packets {
			err := w.Write(&p)
			if errors.Is(err, pcap.ErrPacket) {
				continue
			}
			if err != nil {
				t.Fatal(err)
			}
			p.Number = uint64(len(want) + 1)
			p.Length = max(p.Length, uint32(len(p.Data)))
			if p.Comment = plain(p.Comment); classic {
				p.Comment = ""
			}
			want = append(want, clone(p))
		}
		list, _, err := drain(&b, 2)
		if err != io.EOF {
			t.Error(err)
		}
		same(t, want, list)
		if fits := at >= 0 && at <= int64(4<<30-1)*int64(time.Second) && len(data) <= 262144; fits && len(want) < 2 {
			t.Errorf("%d of 3 packets were written", len(want))
		}
	})
}

// plain is what a stream keeps of a comment.
func plain(s string) string {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.ToValidUTF8(s, "\ufffd")
	for len(s) > 65535 || !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return s
}
