package pcap_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/pcap"
)

// TestCapturesInTheRepositoryHaveTheirFrames compares with the frames that capinfos counts in them.
func TestCapturesInTheRepositoryHaveTheirFrames(t *testing.T) {
	for path, want := range map[string]int{"app/testdata/benign.pcap.gz": 1050, "cmd/tocsin/demo.pcap.gz": 4492} {
		got, err := countFile(filepath.Join("..", filepath.FromSlash(path)))
		if got != want || err != io.EOF {
			t.Errorf("%s: got %d frames, %v, want %d", path, got, err, want)
		}
	}
}

// TestCapturesHaveTheirFrames counts the frames of whole captures, and compares with what other programs counted.
func TestCapturesHaveTheirFrames(t *testing.T) {
	captures := os.Getenv("TOCSIN_CAPTURES")
	if captures == "" {
		t.Skip("TOCSIN_CAPTURES is not set: whole captures are not counted")
	}
	for folder, column := range map[string]string{"lab": "frames_in_file", "public": "frames"} {
		index, err := os.ReadFile(filepath.Join(captures, folder, "INDEX.tsv"))
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(index)), "\n")
		at, done := slices.Index(strings.Split(lines[0], "\t"), column), map[string]bool{}
		if at < 0 {
			t.Fatalf("%s/INDEX.tsv has no column %s", folder, column)
		}
		for _, line := range lines[1:] {
			fields := strings.Split(line, "\t")
			want, err := strconv.Atoi(fields[at])
			if err != nil || done[fields[0]] {
				continue
			}
			done[fields[0]] = true
			end := io.EOF
			if strings.Contains(line, "truncated mid-packet") {
				end = pcap.ErrTruncated
			}
			got, err := countFile(filepath.Join(captures, folder, fields[0]))
			if got != want || !errors.Is(err, end) {
				t.Errorf("%s: got %d frames, %v, want %d", fields[0], got, err, want)
			}
		}
		t.Logf("%s: %d captures", folder, len(done))
	}
}

func countFile(path string) (frames int, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := io.Reader(f)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return 0, err
		}
	}
	return count(r)
}

// many is a stream of so many octets, about, of frames from 20 to 640 octets.
func many(b *testing.B, interfaces []pcap.Interface, size int) (stream []byte, frames int) {
	b.Helper()
	var buf bytes.Buffer
	data := make([]byte, 640)
	w, err := newWriter(&buf, interfaces, nil)
	for ; err == nil && buf.Len() < size; frames++ {
		err = w.Write(&pcap.Packet{Link: pcap.LinkRadiotap, Time: 1_700_000_000_000_000_000, Data: data[:20+frames*7919%620]})
	}
	if err != nil {
		b.Fatal(err)
	}
	return buf.Bytes(), frames
}

func BenchmarkReader(b *testing.B) {
	for name, interfaces := range map[string][]pcap.Interface{"pcap": nil, "pcapng": {{Link: pcap.LinkRadiotap}}} {
		stream, frames := many(b, interfaces, 32<<20)
		measure := func(b *testing.B, read func(*pcap.Reader) (int, error)) {
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			for b.Loop() {
				r, err := pcap.NewReader(bytes.NewReader(stream))
				if err != nil {
					b.Fatal(err)
				}
				if n, err := read(r); n != frames || err != io.EOF {
					b.Fatalf("got %d frames, %v, want %d", n, err, frames)
				}
			}
			b.ReportMetric(float64(b.N*frames)/b.Elapsed().Seconds(), "frames/s")
		}
		b.Run(name+"/next", func(b *testing.B) {
			var p pcap.Packet
			measure(b, func(r *pcap.Reader) (n int, err error) {
				for err = r.Next(&p); err == nil; err = r.Next(&p) {
					n++
				}
				return n, err
			})
		})
		b.Run(name+"/batch", func(b *testing.B) {
			batch := make([]pcap.Packet, 0, 256)
			measure(b, func(r *pcap.Reader) (n int, err error) {
				for err == nil {
					batch, err = r.Batch(batch[:0], 256)
					n += len(batch)
				}
				return n, err
			})
		})
	}
}

func BenchmarkWriter(b *testing.B) {
	p := pcap.Packet{Link: pcap.LinkRadiotap, Time: 1_700_000_000_000_000_000, Data: make([]byte, 330)}
	for name, interfaces := range map[string][]pcap.Interface{"pcap": nil, "pcapng": {{Link: pcap.LinkRadiotap}}} {
		b.Run(name, func(b *testing.B) {
			w, err := newWriter(io.Discard, interfaces, nil)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(p.Data)))
			b.ReportAllocs()
			for b.Loop() {
				if err := w.Write(&p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}
