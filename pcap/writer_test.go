package pcap_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/tocsin-wids/tocsin/pcap"
)

// write writes packets as a pcapng of these interfaces, or as a pcap if there are none.
func write(t testing.TB, dst io.Writer, interfaces []pcap.Interface, packets ...pcap.Packet) {
	t.Helper()
	w, err := newWriter(dst, interfaces, packets)
	if err != nil {
		t.Fatal(err)
	}
	for i := range packets {
		if err := w.Write(&packets[i]); err != nil {
			t.Fatal(err)
		}
	}
}

func newWriter(dst io.Writer, interfaces []pcap.Interface, packets []pcap.Packet) (*pcap.Writer, error) {
	switch {
	case len(interfaces) > 0:
		return pcap.NewWriter(dst, interfaces)
	case len(packets) > 0:
		return pcap.NewClassicWriter(dst, packets[0].Link)
	}
	return pcap.NewClassicWriter(dst, pcap.LinkRadiotap)
}

// TestWrittenOctets compares with streams that are built by hand after the drafts.
func TestWrittenOctets(t *testing.T) {
	o := little
	at := time.Duration(0x123456789abcdef0)
	var got bytes.Buffer
	write(t, &got, []pcap.Interface{{Name: "wlan0", Link: pcap.LinkRadiotap, Comment: "north"}, {Link: pcap.LinkIEEE80211}},
		pcap.Packet{Link: pcap.LinkRadiotap, Time: at, Data: []byte("abcde")},
		pcap.Packet{Link: pcap.LinkIEEE80211, Interface: 1, Length: 9, Comment: "cut", Data: []byte("abcd")})
	want := join(o.block(0x0a0d0d0a, 0x1a2b3c4d, uint16(1), uint16(0), uint64(1<<64-1), o.option(4, "Tocsin"), o.option(0)),
		o.block(1, uint16(127), uint16(0), 262144, o.option(2, "wlan0"), o.option(1, "north"), o.option(9, uint8(9)), o.option(0)),
		o.block(1, uint16(105), uint16(0), 262144, o.option(2), o.option(9, uint8(9)), o.option(0)),
		o.block(6, 0, uint32(at>>32), uint32(at), 5, 5, "abcde\x00\x00\x00"),
		o.block(6, 1, 0, 0, 4, 9, "abcd", o.option(1, "cut"), o.option(0)))
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("pcapng: got\n% x, want\n% x", got.Bytes(), want)
	}
	got.Reset()
	write(t, &got, nil, pcap.Packet{Link: pcap.LinkPPI, Time: 3*time.Second + 4, Comment: "no room", Data: []byte("abcde")})
	want = join(o.octets(uint32(0xa1b23c4d), uint16(2), uint16(4), 0, 0, 262144, 192), o.record(3, 4, "abcde"))
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("pcap: got\n% x, want\n% x", got.Bytes(), want)
	}
}

// drawn draws interfaces, none for a pcap, and packets that such a stream can hold.
func drawn(t *rapid.T) (interfaces []pcap.Interface, packets []pcap.Packet) {
	latest, comment := int64(1<<33*time.Second), rapid.Just("")
	if rapid.Bool().Draw(t, "pcapng") {
		comment = rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 && r != 0xfffd }))
		for range rapid.IntRange(1, 5).Draw(t, "interfaces") {
			interfaces = append(interfaces, pcap.Interface{
				Name: rapid.StringMatching(`[a-zé]{0,20}`).Draw(t, "name"), Link: pcap.LinkType(rapid.Uint16().Draw(t, "link")),
			})
		}
	} else {
		latest = math.MaxUint32 * int64(time.Second)
	}
	for i := range rapid.IntRange(0, 20).Draw(t, "packets") {
		p := pcap.Packet{
			Time: time.Duration(rapid.Int64Range(0, latest).Draw(t, "time")), Link: pcap.LinkRadiotap, Number: uint64(i + 1),
			Data: rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "data"), Comment: comment.Draw(t, "comment"),
		}
		if len(interfaces) > 0 {
			p.Interface = rapid.Uint16Range(0, uint16(len(interfaces)-1)).Draw(t, "interface")
			p.Link = interfaces[p.Interface].Link
		}
		p.Length = rapid.Uint32Min(uint32(len(p.Data))).Draw(t, "length")
		packets = append(packets, p)
	}
	return interfaces, packets
}

func roundTrip(t *rapid.T) {
	interfaces, packets := drawn(t)
	var b bytes.Buffer
	w, err := newWriter(&b, interfaces, packets)
	if err != nil {
		t.Fatal(err)
	}
	for i := range packets {
		if err := w.Write(&packets[i]); err != nil {
			t.Fatal(err)
		}
	}
	list, r, err := drain(&b, len(packets)%3)
	if diff := cmp.Diff(packets, list, cmpopts.EquateEmpty()); diff != "" || err != io.EOF {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if diff := cmp.Diff(interfaces, r.Interfaces()); diff != "" && len(interfaces) > 0 {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWrittenIsRead(t *testing.T) { rapid.Check(t, roundTrip) }

func TestTextIsCutToFit(t *testing.T) {
	var b bytes.Buffer
	write(t, &b, []pcap.Interface{{Name: strings.Repeat("é", 99), Link: 105}},
		pcap.Packet{Link: 105, Comment: strings.Repeat("€", 30_000)}, pcap.Packet{Link: 105, Comment: "a\xffb\x00c"})
	list, r, err := drain(&b, 0)
	if err != io.EOF || len(list) != 2 {
		t.Fatalf("got %d packets, %v", len(list), err)
	}
	if got, want := r.Interfaces()[0].Name, strings.Repeat("é", 32); got != want {
		t.Errorf("got name %q, want %q", got, want)
	}
	if got, want := list[0].Comment, strings.Repeat("€", 65535/3); got != want {
		t.Errorf("got a comment of %d octets, want %d", len(got), len(want))
	}
	if got, want := list[1].Comment, "a\ufffdb"; got != want {
		t.Errorf("got comment %q, want %q", got, want)
	}
}

func TestPacketsThatDoNotFit(t *testing.T) {
	var b bytes.Buffer
	ng, err1 := pcap.NewWriter(&b, []pcap.Interface{{Link: 127}})
	classic, err2 := pcap.NewClassicWriter(&b, 127)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	before := b.Len()
	for name, c := range map[string]struct {
		w *pcap.Writer
		p pcap.Packet
	}{
		"no such interface":           {ng, pcap.Packet{Link: 127, Interface: 1}},
		"another link type":           {ng, pcap.Packet{Link: 105}},
		"before the epoch":            {ng, pcap.Packet{Link: 127, Time: -1}},
		"later than is read":          {ng, pcap.Packet{Link: 127, Time: 1<<33*time.Second + 1}},
		"longer than is read":         {ng, pcap.Packet{Link: 127, Data: make([]byte, 262145)}},
		"a second interface, pcap":    {classic, pcap.Packet{Link: 127, Interface: 1}},
		"another link type, pcap":     {classic, pcap.Packet{Link: 105}},
		"a second of 33 bits, pcap":   {classic, pcap.Packet{Link: 127, Time: 1 << 32 * time.Second}},
		"longer than is read, pcap":   {classic, pcap.Packet{Link: 127, Data: make([]byte, 262145)}},
		"before the epoch, in a pcap": {classic, pcap.Packet{Link: 127, Time: -1}},
	} {
		if err := c.w.Write(&c.p); !errors.Is(err, pcap.ErrPacket) || !strings.HasPrefix(err.Error(), "write packet of ") {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if b.Len() != before {
		t.Errorf("%d octets of them were written", b.Len()-before)
	}
	if err := errors.Join(ng.Write(&pcap.Packet{Link: 127}), classic.Write(&pcap.Packet{Link: 127})); err != nil {
		t.Errorf("after them: %v", err)
	}
	if _, err := pcap.NewWriter(&b, make([]pcap.Interface, 4097)); err == nil {
		t.Error("4097 interfaces: no error")
	}
}

// disk has room for so many octets and then loses the rest, silently or not.
type disk struct {
	room int
	full error
	got  []byte
}

func (d *disk) Write(b []byte) (int, error) {
	n := min(d.room, len(b))
	d.got, d.room = append(d.got, b[:n]...), d.room-n
	if n < len(b) {
		return n, d.full
	}
	return n, nil
}

func TestWritingToAFullDisk(t *testing.T) {
	for _, full := range []error{errors.New("no space left"), nil} {
		want := full
		if want == nil {
			want = io.ErrShortWrite
		}
		if _, err := pcap.NewWriter(&disk{full: full}, nil); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		d := &disk{room: 24 + 16 + 5 + 7, full: full}
		w, err := pcap.NewClassicWriter(d, 127)
		if err != nil {
			t.Fatal(err)
		}
		p := pcap.Packet{Link: 127, Data: []byte("abcde")}
		if err := w.Write(&p); err != nil {
			t.Errorf("got %v", err)
		}
		if err := w.Write(&p); !errors.Is(err, want) {
			t.Errorf("got %v, want %v", err, want)
		}
		d.room = 1000 // a record behind half a record would be read as part of it
		if err := w.Write(&p); !errors.Is(err, want) {
			t.Errorf("after that got %v, want %v", err, want)
		}
		if list, _, err := drain(bytes.NewReader(d.got), 0); len(list) != 1 || !errors.Is(err, pcap.ErrTruncated) {
			t.Errorf("got %d packets, %v", len(list), err)
		}
	}
}

func TestWritingAllocatesNothing(t *testing.T) {
	ng, err1 := pcap.NewWriter(io.Discard, []pcap.Interface{{Link: 127}})
	classic, err2 := pcap.NewClassicWriter(io.Discard, 127)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	p := pcap.Packet{Link: 127, Comment: "Deauthentication, 30 in 2 s", Data: make([]byte, 300)}
	for name, w := range map[string]*pcap.Writer{"pcapng": ng, "pcap": classic} {
		if n := testing.AllocsPerRun(1000, func() { w.Write(&p) }); n != 0 {
			t.Errorf("%s: %v allocations a packet", name, n)
		}
	}
}

// TestMixerTellsWhatEachRadioLost reads the losses back, told twice for one radio.
func TestMixerTellsWhatEachRadioLost(t *testing.T) {
	var b bytes.Buffer
	m, err := pcap.NewMixer(&b, func(n uint16) pcap.Interface { return pcap.Interface{Name: string(rune('a' + n))} })
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []pcap.Packet{{Interface: 7, Link: pcap.LinkRadiotap}, {Interface: 3, Link: pcap.LinkRadiotap}, {Interface: 7, Link: pcap.LinkBLERadio}} {
		if err := m.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if !m.Has(7) || m.Has(0) {
		t.Error("the radios of the stream are 7 and 3")
	}
	for _, lost := range []uint64{5, 9} {
		if err := m.Dropped(3, time.Hour, lost); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Dropped(7, time.Hour, 100); err != nil {
		t.Fatal(err)
	}
	r, err := pcap.NewReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	if list, err := r.Batch(nil, 4); len(list) != 3 || err != nil || r.Dropped() != 109 {
		t.Errorf("%d packets, %v, %d lost, want 3 and 109", len(list), err, r.Dropped())
	}
	want := []pcap.Interface{{Name: "h", Link: pcap.LinkRadiotap}, {Name: "d", Link: pcap.LinkRadiotap}, {Name: "h", Link: pcap.LinkBLERadio}}
	if diff := cmp.Diff(want, r.Interfaces()); diff != "" {
		t.Errorf("interfaces (-want +got):\n%s", diff)
	}
}
