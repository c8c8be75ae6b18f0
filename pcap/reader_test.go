package pcap_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tocsin-wids/tocsin/pcap"
)

const second = time.Second

// seen is what a test compares of a packet.
type seen struct {
	Time      time.Duration
	Link      pcap.LinkType
	Interface uint16
	Length    uint32
	Data      string
	Comment   string
}

func summary(list []pcap.Packet) (all []seen) {
	for _, p := range list {
		all = append(all, seen{p.Time, p.Link, p.Interface, p.Length, string(p.Data), p.Comment})
	}
	return all
}

// oddStreams are the parts of the formats that few writers use. Each is built after the draft section it names.
func oddStreams() map[string]struct {
	stream []byte
	want   []seen
} {
	o, radio := little, little.radio(127)
	return map[string]struct {
		stream []byte
		want   []seen
	}{
		// pcap §4: seconds and microseconds, or nanoseconds.
		"microseconds": {join(big.file(0xa1b2c3d4, 105), big.record(7, 8, "a")), []seen{{7*second + 8000, 105, 0, 1, "a", ""}}},
		"nanoseconds":  {join(o.file(0xa1b23c4d, 105), o.record(7, 8, "a")), []seen{{7*second + 8, 105, 0, 1, "a", ""}}},
		// pcap §4: the FCS of Ethernet is two words, and says so with bit 26; the bits between may not be interpreted.
		"link type below other bits": {join(o.file(0xa1b2c3d4, 0x2fff_007f), o.record(1, 0, "a")), []seen{{second, 127, 0, 1, "a", ""}}},
		// The headers of Kuznetsov's libpcap have 8 octets more.
		"modified": {join(o.file(0xa1b2cd34, 105), o.octets(7, 8, 1, 5, 3, 0, "a")), []seen{{7*second + 8000, 105, 0, 5, "a", ""}}},
		// pcap §5: an original length that is less may be made the captured one.
		"longer than on air": {join(o.file(0xa1b2c3d4, 105), o.octets(1, 0, 3, 2, "abc")), []seen{{second, 105, 0, 3, "abc", ""}}},
		"nothing captured":   {join(o.file(0xa1b2c3d4, 105), o.octets(1, 0, 0, 9), o.record(2, 0, "")), []seen{{second, 105, 0, 9, "", ""}, {2 * second, 105, 0, 0, "", ""}}},
		// pcap §5: both words of a time are any 32 bits.
		"latest pcap": {join(o.file(0xa1b2c3d4, 105), o.record(-1, -1, "")),
			[]seen{{math.MaxUint32*second + math.MaxUint32*time.Microsecond, 105, 0, 0, "", ""}}},

		// pcapng §4.1: a section numbers its interfaces from 0 and has its own byte order.
		"sections": {
			join(o.section(), o.radio(105, o.option(2, "a")), o.radio(127, o.option(2, "b")), o.enhanced(1, 1, "x"),
				big.section(), big.radio(127, big.option(2, "c")), big.enhanced(0, 2, "y")),
			[]seen{{1000, 127, 1, 1, "x", ""}, {2000, 127, 2, 1, "y", ""}},
		},
		// Captures of the same radios that were put together with cat.
		"the same radios again": {
			join(o.section(), o.radio(127, o.option(2, "a")), o.radio(127, o.option(2, "a")), o.enhanced(1, 1, "x"),
				o.section(), o.radio(127, o.option(2, "a")), o.radio(127, o.option(2, "a"), o.option(9, uint8(9))), o.enhanced(1, 1, "y")),
			[]seen{{1000, 127, 1, 1, "x", ""}, {1, 127, 1, 1, "y", ""}},
		},
		// pcapng §4.1: -1 or anything else; reading goes on by the blocks.
		"section length": {
			join(o.block(0x0a0d0d0a, 0x1a2b3c4d, uint16(1), uint16(2), uint64(4)), radio, o.enhanced(0, 1, "x")),
			[]seen{{1000, 127, 0, 1, "x", ""}},
		},
		// pcapng §4.4: on the first interface, as long as its snapshot length allows; it has no time and no options.
		"simple packets": {
			join(o.section(), o.block(1, uint16(105), uint16(0), 3), o.radio(127), o.block(3, 9, "abcd"), o.enhanced(1, 5, "x"),
				o.block(3, 1, "a"), o.block(3, 2, "ab\x00\x00", o.option(1, "no comment"))),
			[]seen{{0, 105, 0, 9, "abc", ""}, {5000, 127, 1, 1, "x", ""}, {5000, 105, 0, 1, "a", ""}, {5000, 105, 0, 2, "ab", ""}},
		},
		// pcapng appendix A: 16 bits of interface, 16 of packets dropped.
		"obsolete packet": {
			join(o.section(), radio, o.radio(105), o.block(2, uint16(1), uint16(9), 0, 5, 2, 7, "ab\x00\x00", o.option(1, "old"))),
			[]seen{{5000, 105, 1, 7, "ab", "old"}},
		},
		// pcapng §3.5: a list of options may lack its end; a string ends in a zero octet, and may not be UTF-8.
		"comments": {
			join(o.section(), radio, o.enhanced(0, 1, "abc", o.option(1, ""), o.option(1, "one\xff\x00two"), o.option(1, "three")),
				o.enhanced(0, 2, "d", o.option(0), o.option(1, "behind the end")),
				o.enhanced(0, 3, "e", uint16(1), uint16(99), "too long")),
			[]seen{{1000, 127, 0, 3, "abc", "one\ufffd"}, {2000, 127, 0, 1, "d", ""}, {3000, 127, 0, 1, "e", ""}},
		},
		// pcapng §4.5, §4.8, §4.9 and blocks of local use.
		"blocks that are skipped": {
			join(o.section(), o.block(4, 0), radio, o.block(10, 0x544c534b, 5, "hello"), o.block(0xbad, 55922, 0),
				o.block(-1), o.enhanced(0, 1, "x"), o.block(0x40000bad, strings.Repeat("long", 1<<19)), o.enhanced(0, 2, "y")),
			[]seen{{1000, 127, 0, 1, "x", ""}, {2000, 127, 0, 1, "y", ""}},
		},
	}
}

func TestOddStreamsAreRead(t *testing.T) {
	for name, c := range oddStreams() {
		t.Run(name, func(t *testing.T) {
			for _, batch := range []int{0, 1, 100} {
				list, _, err := drain(bytes.NewReader(c.stream), batch)
				if err != io.EOF {
					t.Errorf("batches of %d: got error %v", batch, err)
				}
				if diff := cmp.Diff(c.want, summary(list)); diff != "" {
					t.Errorf("batches of %d: (-want +got):\n%s", batch, diff)
				}
			}
		})
	}
}

// TestTimes holds if_tsresol and if_tsoffset (pcapng §4.2).
func TestTimes(t *testing.T) {
	const latest = 1 << 33 * second
	for name, c := range map[string]struct {
		resolution int // -1: not given
		offset     int64
		ticks      uint64
		want       time.Duration
	}{
		"microseconds unless told":        {-1, 0, 1_500_000, 1500 * time.Millisecond},
		"nanoseconds":                     {9, 0, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789},
		"seconds":                         {0, 0, 1_700_000_000, 1_700_000_000 * second},
		"seconds, as a power of two":      {0x80, 0, 1_700_000_000, 1_700_000_000 * second},
		"tens of microseconds":            {5, 0, 3, 30 * time.Microsecond},
		"picoseconds":                     {12, 0, 1_000_000_001_999, second + 1},
		"finest power of ten":             {19, 0, math.MaxUint64, 1_844_674_407},
		"a 1024th of a second":            {0x8a, 0, 1024 + 512, 1500 * time.Millisecond},
		"NTP's fraction":                  {0xa0, 0, 5<<32 | 1<<31, 5500 * time.Millisecond},
		"finest power of two":             {0xbf, 0, 1<<63 | 1<<62, 1500 * time.Millisecond},
		"an offset":                       {-1, 1_700_000_000, 1, 1_700_000_000*second + 1000},
		"a negative offset":               {0, -300, 1000, 700 * second},
		"a negative offset to the epoch":  {0, -1000, 1000, 0},
		"before the epoch":                {-1, -1, 999_999, 0},
		"far before the epoch":            {9, math.MinInt64, 1, 0},
		"the last second":                 {0, 0, 1<<33 - 1, latest - second},
		"after the end of time":           {0, 0, 1 << 33, latest},
		"microseconds of all 64 bits":     {-1, 0, math.MaxUint64, latest},
		"seconds of all 64 bits":          {0, -1, math.MaxUint64, latest},
		"far after the end":               {9, math.MaxInt64, math.MaxUint64, latest},
		"two large numbers that cancel":   {0, -1 << 61, 1<<61 + 5, 5 * second},
		"two large numbers that overflow": {0, 1 << 61, 1<<62 - 1, latest},
	} {
		var options []any
		if c.resolution >= 0 {
			options = append(options, little.option(9, uint8(c.resolution)))
		}
		options = append(options, little.option(14, c.offset))
		list, _, err := drain(bytes.NewReader(join(little.section(), little.radio(127, options...), little.enhanced(0, c.ticks, "x"))), 0)
		if err != io.EOF || len(list) != 1 || list[0].Time != c.want {
			t.Errorf("%s: got %v, %v, want %v", name, summary(list), err, c.want)
		}
	}
}

// TestBrokenStreams holds that what came before is delivered, and that the error names the octet where it began.
func TestBrokenStreams(t *testing.T) {
	o := little
	pre := join(o.file(0xa1b2c3d4, 105), o.record(1, 0, "a"))
	ng := join(o.section(), o.radio(127), o.enhanced(0, 1, "x")) // 28+20+36 octets
	for name, c := range map[string]struct {
		stream  []byte
		packets int
		err     error
		text    string
	}{
		"empty":                              {nil, 0, pcap.ErrEmpty, ""},
		"one octet":                          {[]byte{0xa1}, 0, pcap.ErrNotCapture, ""},
		"text":                               {[]byte("GIF89a"), 0, pcap.ErrNotCapture, ""},
		"a pcap of another version":          {join(o.octets(uint32(0xa1b2c3d4), uint16(1), uint16(2)), make([]byte, 16)), 0, pcap.ErrCorrupt, "version 1.2"},
		"a packet of 4 GiB":                  {join(pre, o.octets(1, 0, -1, -1)), 1, pcap.ErrCorrupt, "octet 41: a packet of 4294967295 octets"},
		"a packet above libpcap's":           {join(pre, o.octets(1, 0, 262145, 0), make([]byte, 262145)), 1, pcap.ErrCorrupt, "octet 41"},
		"a packet cut off":                   {join(pre, o.octets(1, 0, 2, 2, "a")), 1, pcap.ErrTruncated, "octet 41"},
		"no byte order":                      {o.block(0x0a0d0d0a, 0, 0, 0, 0), 0, pcap.ErrCorrupt, "octet 0: a section of unknown byte order"},
		"a section of another version":       {join(ng, o.block(0x0a0d0d0a, 0x1a2b3c4d, uint16(2), uint16(0), uint64(0))), 1, pcap.ErrCorrupt, "octet 84: a section of version 2.0"},
		"a section without its version":      {join(ng, o.block(0x0a0d0d0a, 0x1a2b3c4d)), 1, pcap.ErrCorrupt, "octet 84: a block of 16 octets"},
		"a packet before its interface":      {join(o.section(), o.enhanced(0, 1, "x")), 0, pcap.ErrCorrupt, "octet 28: interface 0"},
		"an interface of the section before": {join(ng, o.section(), o.enhanced(0, 1, "x")), 1, pcap.ErrCorrupt, "octet 112: interface 0"},
		"an interface of all 32 bits":        {join(ng, o.section(), o.radio(1), o.enhanced(-1, 1, "x")), 1, pcap.ErrCorrupt, "interface 4294967295"},
		"a simple packet of no interface":    {join(o.section(), o.block(3, 1, "x")), 0, pcap.ErrCorrupt, "interface 0"},
		"an interface cut short":             {join(ng, o.block(1, 0)), 1, pcap.ErrCorrupt, "an interface of 4 octets"},
		"times finer than 64 bits":           {join(ng, o.radio(1, o.option(9, uint8(20)))), 1, pcap.ErrCorrupt, "finer"},
		"the same, as a power of two":        {join(ng, o.radio(1, o.option(9, uint8(0xc0)))), 1, pcap.ErrCorrupt, "finer"},
		"a block of 8 octets":                {join(ng, o.octets(6, 8, 8, 0)), 1, pcap.ErrCorrupt, "a block of 8 octets"},
		"a block of odd length":              {join(ng, o.octets(6, 33), make([]byte, 40)), 1, pcap.ErrCorrupt, "a block of 33 octets"},
		"a packet block of 4 GiB":            {join(ng, o.octets(6, -4, 0)), 1, pcap.ErrCorrupt, "octet 84: a block of 4294967292 octets"},
		"a skipped block of 4 GiB":           {join(ng, o.octets(4, -4, 0)), 1, pcap.ErrTruncated, "octet 96"},
		"lengths that differ":                {join(ng, o.octets(6, 36, make([]byte, 24), 40)), 1, pcap.ErrCorrupt, "octet 84: the two lengths"},
		"lengths that differ, skipped":       {join(ng, o.octets(4, 16, 0, 20)), 1, pcap.ErrCorrupt, "the two lengths"},
		"a packet longer than its block":     {join(ng, o.block(6, 0, 0, 0, 5, 5, "abcd"), ng), 1, pcap.ErrCorrupt, "a packet of 5 octets in a block of 4"},
		"a packet block without a length":    {join(ng, o.block(6, 0, 0, 0, 0)), 1, pcap.ErrCorrupt, "a packet block of 16 octets"},
		"a simple packet without a length":   {join(ng, o.block(3)), 1, pcap.ErrCorrupt, "a packet block of 0 octets"},
		"a simple packet above libpcap's":    {join(ng, o.block(3, -1, make([]byte, 262148))), 1, pcap.ErrCorrupt, "a packet of 262148 octets"},
		"more interfaces than are radios":    {join(ng, bytes.Repeat(o.radio(1), 4096)), 1, pcap.ErrCorrupt, "more than 4096 interfaces"},
	} {
		for _, batch := range []int{0, 1, 100} {
			list, r, err := drain(bytes.NewReader(c.stream), batch)
			if len(list) != c.packets || !errors.Is(err, c.err) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%s, batches of %d: got %d packets, %v; want %d, %v, %q", name, batch, len(list), err, c.packets, c.err, c.text)
			}
			if r != nil {
				if again := r.Next(&pcap.Packet{}); again != err {
					t.Errorf("%s: after %v got %v", name, err, again)
				}
			}
		}
	}
}

// TestCutAnywhere holds that a stream cut at any octet gives the packets before the cut, and says that it is cut
// unless the cut is between two records.
func TestCutAnywhere(t *testing.T) {
	for name, stream := range samples() {
		whole, _, _ := drain(bytes.NewReader(stream), 0)
		clean, last := 0, 0
		for n := range len(stream) + 1 {
			list, _, err := drain(bytes.NewReader(stream[:n]), n%4)
			if diff := cmp.Diff(whole[:min(len(list), len(whole))], list, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s cut at %d (-want +got):\n%s", name, n, diff)
			}
			if len(list) < last || len(list) > last+1 {
				t.Fatalf("%s cut at %d: %d packets after %d", name, n, len(list), last)
			}
			last = len(list)
			switch {
			case err == io.EOF:
				clean++
			case n == 0 && err == pcap.ErrEmpty, n > 0 && n < 4 && err == pcap.ErrNotCapture, n >= 4 && errors.Is(err, pcap.ErrTruncated):
			default:
				t.Errorf("%s cut at %d: %v", name, n, err)
			}
		}
		if last != len(whole) || clean < len(whole) {
			t.Errorf("%s: %d of %d packets, %d clean ends", name, last, len(whole), clean)
		}
	}
}

func TestChunksDoNotMatter(t *testing.T) {
	for name, stream := range samples() {
		want, _, end := drain(bytes.NewReader(stream), 0)
		for how, src := range map[string]func(io.Reader) io.Reader{
			"single octets": iotest.OneByteReader, "halves": iotest.HalfReader, "the end with the data": iotest.DataErrReader,
			"all at once": func(r io.Reader) io.Reader { return r },
		} {
			for _, batch := range []int{0, 1, 2, 100} {
				list, _, err := drain(src(bytes.NewReader(stream)), batch)
				if diff := cmp.Diff(want, list); diff != "" || err != end {
					t.Errorf("%s by %s, batches of %d: %v (-want +got):\n%s", name, how, batch, err, diff)
				}
			}
		}
	}
}
