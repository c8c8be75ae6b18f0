package main

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/pcap"
)

// packets are bare frames, one a second, whose first octets and senders are given.
func packets(frames ...[2]byte) (list []pcap.Packet) {
	for i, f := range frames {
		b := make([]byte, 26)
		b[0], b[10], b[15] = f[0], 2, f[1]
		list = append(list, pcap.Packet{Link: pcap.LinkIEEE80211, Time: time.Duration(1000+i)*time.Second + 7, Length: 90, Data: b})
	}
	return list
}

func classic(t *testing.T, list []pcap.Packet) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcap.NewClassicWriter(&b, pcap.LinkIEEE80211)
	for i := range list {
		err = errors.Join(err, w.Write(&list[i]))
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// twoRadios is a pcapng whose packets are heard by two radios in turn.
func twoRadios(t *testing.T, links [2]pcap.LinkType, list []pcap.Packet) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := pcap.NewWriter(&b, []pcap.Interface{{Name: "wlan0", Link: links[0]}, {Name: "wlan1", Link: links[1]}})
	for i, p := range list {
		p.Interface, p.Link = uint16(i%2), links[i%2]
		err = errors.Join(err, w.Write(&p))
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zipped(t *testing.T, b []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := w.Write(b)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// unpack reads a cut.
func unpack(t *testing.T, path string) (list []pcap.Packet) {
	t.Helper()
	packed, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcap.NewReader(z)
	if err != nil {
		t.Fatal(err)
	}
	for {
		var p pcap.Packet
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			return list
		} else if err != nil {
			t.Fatal(err)
		}
		p.Data, p.Number = bytes.Clone(p.Data), 0
		list = append(list, p)
	}
}

func files(t *testing.T, b []byte) (in, out string) {
	t.Helper()
	dir := t.TempDir()
	in, out = filepath.Join(dir, "in"), filepath.Join(dir, "out.pcap.gz")
	if err := os.WriteFile(in, b, 0o644); err != nil {
		t.Fatal(err)
	}
	return in, out
}

func TestCutKeepsWhatIsAskedFor(t *testing.T) {
	all := packets([2]byte{0xc0, 1}, [2]byte{0x08, 1}, [2]byte{0xc0, 2}, [2]byte{0x80, 1})
	both := [2]pcap.LinkType{pcap.LinkIEEE80211, pcap.LinkIEEE80211}
	for name, c := range map[string]struct {
		in         []byte
		start, end float64
		filter     string
		want       []pcap.Packet
	}{
		"everything":        {classic(t, all), 0, 10, "", all},
		"a time":            {classic(t, all), 1, 2, "", all[1:3]},
		"a type":            {classic(t, all), 0, 10, "management", []pcap.Packet{all[0], all[2], all[3]}},
		"an address":        {classic(t, all), 0, 10, "02:00:00:00:00:02", all[2:3]},
		"two of both":       {classic(t, all), 0, 10, "data,management,02:00:00:00:00:01", []pcap.Packet{all[0], all[1], all[3]}},
		"a gzipped capture": {zipped(t, classic(t, all)), 0, 10, "", all},
		"a pcapng":          {twoRadios(t, both, all), 0.5, 3, "", all[1:]},
	} {
		in, out := files(t, c.in)
		filter, err := readFilter(c.filter)
		if err != nil {
			t.Fatal(err)
		}
		n, octets, err := cut(in, out, selection{seconds(c.start), seconds(c.end), filter})
		if err != nil || n != len(c.want) {
			t.Errorf("%s: %d packets, %v, want %d", name, n, err, len(c.want))
			continue
		}
		if info, err := os.Stat(out); err != nil || info.Size() != octets {
			t.Errorf("%s: got %d octets, %v, %v", name, octets, info, err)
		}
		if diff := cmp.Diff(c.want, unpack(t, out)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestCutRefusesWhatItCannotRead(t *testing.T) {
	all := packets([2]byte{0xc0, 1}, [2]byte{0xc0, 2})
	for name, b := range map[string][]byte{
		"empty": {}, "another format": bytes.Repeat([]byte{0x0a}, 40), "nothing to keep": classic(t, nil),
		"a link type without addresses": twoRadios(t, [2]pcap.LinkType{pcap.LinkBLE, pcap.LinkBLE}, all),
	} {
		in, out := files(t, b)
		if n, _, err := cut(in, out, selection{end: time.Hour}); err == nil || n != 0 {
			t.Errorf("%s: %d packets, %v", name, n, err)
		}
		if _, err := os.Stat(out); err == nil {
			t.Errorf("%s: a file was made", name)
		}
	}
}

// TestCutKeepsWhatComesBeforeTheDamage holds that the file is whole, and that the damage is told.
func TestCutKeepsWhatComesBeforeTheDamage(t *testing.T) {
	all := packets([2]byte{0xc0, 1}, [2]byte{0xc0, 2})
	capture := classic(t, all)
	bare, packed := pcap.LinkIEEE80211, zipped(t, capture)
	for name, c := range map[string]struct {
		in      []byte
		packets int
		err     error
	}{
		"a packet cut off":   {capture[:len(capture)-1], 1, pcap.ErrTruncated},
		"a gzip cut off":     {packed[:len(packed)-1], 2, pcap.ErrTruncated},
		"what is no record":  {append(capture[:66:66], bytes.Repeat([]byte{0xff}, 42)...), 1, pcap.ErrCorrupt},
		"radios that differ": {twoRadios(t, [2]pcap.LinkType{bare, pcap.LinkRadiotap}, withHeader(all)), 1, pcap.ErrPacket},
		"an unknown link":    {twoRadios(t, [2]pcap.LinkType{bare, pcap.LinkPPI}, all), 1, errLink},
	} {
		in, out := files(t, c.in)
		n, _, err := cut(in, out, selection{end: time.Hour})
		if n != c.packets || !errors.Is(err, c.err) {
			t.Errorf("%s: got %d packets, %v, want %d, %v", name, n, err, c.packets, c.err)
		}
		if diff := cmp.Diff(all[:n], unpack(t, out)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// withHeader puts the smallest radiotap header before the second packet.
func withHeader(list []pcap.Packet) []pcap.Packet {
	list = append([]pcap.Packet{}, list...)
	list[1].Data = append([]byte{0, 0, 8, 0, 0, 0, 0, 0}, list[1].Data...)
	return list
}
