package replay_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"github.com/tocsin-wids/tocsin/capture/capturetest"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/pcap"
)

// stream is a little-endian pcap (microseconds, link type 105) with a packet of ten octets at each time.
func stream(times ...time.Duration) []byte {
	le := binary.LittleEndian
	b := le.AppendUint32(nil, 0xa1b2c3d4)
	b = append(b, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, 105, 0, 0, 0)
	for _, t := range times {
		b = le.AppendUint32(b, uint32(t/time.Second))
		b = le.AppendUint32(b, uint32(t%time.Second/time.Microsecond))
		b = le.AppendUint32(le.AppendUint32(b, 10), 10)
		b = append(b, make([]byte, 10)...)
	}
	return b
}

func opened(b []byte) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := w.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func zstandard(t testing.TB, b []byte) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(b, nil)
}

// run returns the times of the packets that a source delivers.
func run(ctx context.Context, o replay.Options) (times []time.Duration, s *replay.Source, err error) {
	s = replay.New(o)
	err = s.Run(ctx, func(batch []pcap.Packet) error {
		for _, p := range batch {
			times = append(times, p.Time)
		}
		return nil
	})
	return times, s, err
}

func TestStreamsAreReadWhateverTheirNameOrCompression(t *testing.T) {
	want := []time.Duration{1 * time.Second, 2500 * time.Millisecond}
	b := stream(want...)
	for name, content := range map[string][]byte{"plain": b, "gzip": gzipped(t, b), "zstd": zstandard(t, b)} {
		path := filepath.Join(t.TempDir(), "capture.txt")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		got, s, err := run(t.Context(), replay.Options{Path: path})
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v, times (-want +got):\n%s", name, err, diff)
		}
		if read, size := s.Progress(); read != int64(len(content)) || size != int64(len(content)) {
			t.Errorf("%s: read %d of %d octets, want all of %d", name, read, size, len(content))
		}
		if c := s.Counts(); c.Packets != 2 || c.Bytes != 20 {
			t.Errorf("%s: counts %+v, want 2 packets of 20 octets", name, c)
		}
		if got := s.Sensors(); len(got) != 1 || got[0] != path {
			t.Errorf("%s: sensors %q, want the path", name, got)
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	b := stream(time.Second, 2*time.Second)
	half := gzipped(t, b)
	for name, c := range map[string]struct {
		content []byte
		packets int
		want    string
	}{
		"empty":        {nil, 0, "empty"},
		"text":         {[]byte("this is no capture"), 0, "not a capture"},
		"cut":          {b[:len(b)-1], 1, "cut off"},
		"cut gzip":     {half[:len(half)-9], 2, "cut off"},
		"head of gzip": {half[:5], 0, "gzip"},
		"bad gzip":     {append(slices.Clone(half[:14]), 0xff, 0xff, 0xff, 0xff), 0, "cut off"},
		"not zstd":     {[]byte{0x28, 0xb5, 0x2f, 0xfd, 1, 2, 3}, 0, "dictionary"},
	} {
		got, _, err := run(t.Context(), replay.Options{Path: name, Open: opened(c.content)})
		if err == nil || !strings.Contains(err.Error(), c.want) || len(got) < c.packets {
			t.Errorf("%s: %d packets and error %v, want %d and one that says %q", name, len(got), err, c.packets, c.want)
		}
	}
	if _, _, err := run(t.Context(), replay.Options{Path: filepath.Join(t.TempDir(), "absent")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file gives %v", err)
	}
}

func TestErrorOfTheReceiverEndsTheRun(t *testing.T) {
	stop := errors.New("enough")
	err := replay.New(replay.Options{Open: opened(stream(1, 2, 3))}).Run(t.Context(), func([]pcap.Packet) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("got %v, want the receiver's error", err)
	}
}

// TestSilentStreamsEndWithTheirContext holds that a server can be stopped while nothing comes.
func makeFIFO(t testing.TB) string {
	t.Helper()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	return fifo
}

func TestSilentStreamsEndWithTheirContext(t *testing.T) {
	fifo := makeFIFO(t)
	writer, err := os.OpenFile(fifo, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	silent, other, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for name, o := range map[string]replay.Options{
		"FIFO":            {Path: fifo},
		"FIFO, no writer": {Path: makeFIFO(t)},
		"standard input":  {Path: replay.Stdin, Open: func() (io.ReadCloser, error) { return replay.Interruptible(silent), nil }},
	} {
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() {
			_, _, err := run(ctx, o)
			done <- err
		}()
		stop()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("%s: got %v, want the error of the context", name, err)
		}
	}
}

func TestReplayInRealTime(t *testing.T) {
	night := 8 * time.Hour
	for name, c := range map[string]struct {
		options replay.Options
		took    time.Duration
		want    []time.Duration // since Run began, if times are moved
	}{
		"as fast as possible": {replay.Options{}, 0, nil},
		"in real time":        {replay.Options{Speed: 1}, 13 * time.Second, nil},
		"twice as fast":       {replay.Options{Speed: 2}, 6500 * time.Millisecond, nil},
		"moved to now": {replay.Options{Speed: 1, Rebase: true}, 13 * time.Second,
			[]time.Duration{0, time.Second, 3 * time.Second, 13 * time.Second, 13 * time.Second}},
	} {
		synctest.Test(t, func(t *testing.T) {
			begun := time.Now()
			c.options.Open = opened(stream(10*time.Second, 11*time.Second, 13*time.Second, 13*time.Second+night, 12*time.Second))
			got, _, err := run(t.Context(), c.options)
			if took := time.Since(begun); err != nil || took != c.took {
				t.Errorf("%s: took %s and gave %v, want %s", name, took, err, c.took)
			}
			for i, want := range c.want {
				if at := got[i] - time.Duration(begun.UnixNano()); at != want {
					t.Errorf("%s: packet %d is heard after %s, want %s", name, i+1, at, want)
				}
			}
		})
	}
}

func TestLoopsGoOnRising(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		got, s, err := run(ctx, replay.Options{
			Speed: 1, Rebase: true, Loop: true, Open: opened(stream(time.Second, 2*time.Second, 3*time.Second)),
		})
		if !errors.Is(err, context.DeadlineExceeded) || len(got) < 12 {
			t.Fatalf("%d packets and %v in ten seconds, want at least 12 until the context ends", len(got), err)
		}
		for i := 1; i < len(got); i++ {
			if got[i] < got[i-1] {
				t.Fatalf("packet %d is heard before the one before it", i+1)
			}
		}
		if c := s.Counts(); c.Packets < uint64(len(got)) {
			t.Errorf("%d packets counted, %d delivered", c.Packets, len(got))
		}
	})
	if _, _, err := run(t.Context(), replay.Options{Loop: true, Open: opened(stream())}); !errors.Is(err, pcap.ErrEmpty) {
		t.Errorf("looping over nothing gives %v, want an end", err)
	}
}

func TestFoldersAreSearched(t *testing.T) {
	folder := t.TempDir()
	b := stream(time.Second)
	if err := os.Mkdir(filepath.Join(folder, "inner"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"b.pcap": b, "a.cap.gz": gzipped(t, b), "inner/c": zstandard(t, b), "readme.txt": []byte("text"), "empty.pcap": nil,
		"other.gz": gzipped(t, []byte("text")), "cut.gz": gzipped(t, b)[:4],
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := replay.Expand([]string{folder, replay.Stdin})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{filepath.Join(folder, "a.cap.gz"), filepath.Join(folder, "b.pcap"), filepath.Join(folder, "inner", "c"), "-"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("captures (-want +got):\n%s", diff)
	}
	if _, err := replay.Expand([]string{t.TempDir()}); !errors.Is(err, replay.ErrNoCaptures) {
		t.Errorf("a folder without captures gives %v", err)
	}
	if _, err := replay.Expand([]string{filepath.Join(folder, "absent")}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent path gives %v", err)
	}
}

// FuzzStreams holds that no stream makes a source panic or deliver what it does not hold.
func FuzzStreams(f *testing.F) {
	b := stream(time.Second, 2*time.Second)
	for _, seed := range [][]byte{b, gzipped(f, b), zstandard(f, b), nil} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var number uint64
		err := replay.New(replay.Options{Open: opened(b)}).Run(t.Context(), func(batch []pcap.Packet) error {
			for _, p := range batch {
				if p.Number != number+1 || int(p.Length) < len(p.Data) {
					t.Fatalf("packet %+v follows number %d", p, number)
				}
				number = p.Number
			}
			if number > 10_000 {
				return io.EOF // a bomb
			}
			return nil
		})
		if err == nil && len(b) == 0 {
			t.Error("an empty stream is no error")
		}
	})
}

func TestSuiteOfFiles(t *testing.T) {
	times := make([]time.Duration, 3000)
	for i := range times {
		times[i] = time.Duration(i/2) * time.Millisecond
	}
	b := stream(times...)
	for name, content := range map[string][]byte{"plain": b, "gzip": gzipped(t, b), "zstd": zstandard(t, b)} {
		t.Run(name, func(t *testing.T) {
			capturetest.Run(t, func(t testing.TB) capturetest.Subject {
				path := filepath.Join(t.TempDir(), "capture")
				if err := os.WriteFile(path, content, 0o600); err != nil {
					t.Fatal(err)
				}
				return capturetest.Subject{Source: replay.New(replay.Options{Path: path}), Holds: len(times)}
			})
		})
	}
}
