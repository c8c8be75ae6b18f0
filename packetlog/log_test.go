package packetlog

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/logfile"
	"github.com/tocsin-wids/tocsin/pcap"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// logged is a log of which the test knows all that it says.
type logged struct {
	*Log
	hub    *export.Hub
	folder string
	lost   atomic.Uint64 // before the log, by the radio 1
	said   []string
	alerts []string
	stop   func()
}

func radio(n uint16) pcap.Interface {
	return pcap.Interface{Name: fmt.Sprintf("wlan%d", n), Comment: "source X"}
}

// open begins a log; Run is for run to begin.
func open(t testing.TB, change func(*Options)) *logged {
	t.Helper()
	l := &logged{hub: export.New(radio), folder: t.TempDir()}
	o := Options{
		Name:       logfile.Name{Template: "%p/T-%D-%t-%i.%l", Prefix: l.folder, Kind: "pcapng"},
		FileOctets: 1 << 20, TotalOctets: 3 << 20, Radio: radio, Logger: slog.New(slog.DiscardHandler),
		Lost: func() []uint64 { return []uint64{0, l.lost.Load(), 2 * l.lost.Load()} },
		Say:  func(_ tocsin.MessageFlags, text string) { l.said = append(l.said, text) },
		Tell: func(d *tocsin.Definition, _, text string) bool {
			l.alerts = append(l.alerts, d.Header+" "+text)
			return true
		},
	}
	if change != nil {
		change(&o)
	}
	var err error
	if l.Log, err = Open(o, l.hub.Read); err != nil {
		t.Fatal(err)
	}
	return l
}

// run runs the log in a bubble of synctest until stop is called.
func (l *logged) run(t testing.TB) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	l.stop = func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// offer has packets heard, n of so many octets.
func (l *logged) offer(radio uint16, n, octets int) {
	for i := range n {
		l.hub.Offer([]pcap.Packet{{Time: time.Duration(i+1) * time.Second, Interface: radio, Link: pcap.LinkRadiotap, Data: make([]byte, octets)}}, "X")
	}
}

// read reads a file that a log may still write: it must end with a whole block.
func read(t testing.TB, path string) (list []pcap.Packet, r *pcap.Reader) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if r, err = pcap.NewReader(bytes.NewReader(b)); err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	for {
		var p pcap.Packet
		if err = r.Next(&p); err != nil {
			break
		}
		list = append(list, p)
	}
	if !errors.Is(err, io.EOF) {
		t.Errorf("%s: %v", path, err)
	}
	return list, r
}

// files lists the files of the log, the oldest first.
func (l *logged) list(t testing.TB) (names []string) {
	t.Helper()
	list, err := l.files()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		names = append(names, f.path)
	}
	return names
}

// TestPacketsAreOnDiskWithinASecond reads a file that the log goes on writing, as whoever comes after a crash does.
func TestPacketsAreOnDiskWithinASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, nil)
		l.run(t)
		l.offer(1, 3, 100)
		l.offer(2, 2, 100)
		l.lost.Store(4)
		time.Sleep(flushEvery + 1)
		synctest.Wait()
		files := l.list(t)
		if len(files) != 1 || filepath.Base(files[0]) != "T-20000101-00-00-00-1.pcapng" {
			t.Fatalf("files %q", files)
		}
		list, r := read(t, files[0])
		if len(list) != 5 || list[2].Time != 3*time.Second || r.Interfaces()[1].Name != "wlan2" || r.Dropped() != 1*4+2*4 {
			t.Errorf("%d packets, interfaces %v, %d lost", len(list), r.Interfaces(), r.Dropped())
		}
		if c := l.Counts(); c != (Counts{Written: 5}) {
			t.Errorf("counts %+v", c)
		}
		l.offer(1, 1, 10)
		l.stop()
		if list, r = read(t, files[0]); len(list) != 6 || r.Dropped() != 12 {
			t.Errorf("at the end %d packets, %d lost, want 6 and 12", len(list), r.Dropped())
		}
	})
}

// TestNextStartBeginsANewFile runs two logs of one name after each other, the first of which is not closed.
func TestNextStartBeginsANewFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		folder := t.TempDir()
		same := func(o *Options) { o.Name.Prefix = folder }
		first := open(t, same)
		first.offer(1, 3, 10)
		first.take()
		first.flush() // and is killed
		second := open(t, same)
		second.run(t)
		second.offer(1, 2, 10)
		second.stop()
		for i, want := range []int{3, 2} {
			if list, _ := read(t, second.list(t)[i]); len(list) != want {
				t.Errorf("file %d has %d packets, want %d", i, len(list), want)
			}
		}
	})
}

func TestFilesEndBySizeAndByAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, func(o *Options) { o.FileAge, o.TotalOctets = time.Minute, 0 })
		l.run(t)
		for range 25 {
			l.offer(1, 100, 1000)
			synctest.Wait()
		}
		if n := len(l.list(t)); n != 3 {
			t.Errorf("2.5 MB are in %d files of a MiB", n)
		}
		time.Sleep(2 * time.Minute)
		l.offer(1, 1, 10)
		l.stop()
		files := l.list(t)
		if len(files) != 4 {
			t.Fatalf("after a while %d files", len(files))
		}
		sum := 0
		for i, path := range files {
			info, err := os.Stat(path)
			if err != nil || info.Size() > 1<<20 || info.Size() < 1<<20-3000 && i < 2 || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %d octets, %v, %v", path, info.Size(), info.Mode(), err)
			}
			list, _ := read(t, path)
			sum += len(list)
		}
		if sum != 2501 {
			t.Errorf("%d packets, want 2501", sum)
		}
	})
}

// TestOldestGoFirstAndNothingElse has files of others beside those of the log, some of which have its names.
func TestOldestGoFirstAndNothingElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, nil)
		var head bytes.Buffer
		if _, err := pcap.NewWriter(&head, nil); err != nil {
			t.Fatal(err)
		}
		others := map[string]string{
			"T-19990101-00-00-00-1.pcapng":  "not ours",
			"T-19990101-00-00-00-x.pcapng":  head.String(),
			"T-19990101-00-00-00-1.pcapng~": head.String(),
			"xT-19990101-00-00-00-1.pcapng": head.String(),
			"elsewhere":                     head.String(),
		}
		for name, text := range others {
			if err := os.WriteFile(filepath.Join(l.folder, name), []byte(text+strings.Repeat("x", 2<<20)), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		link := filepath.Join(l.folder, "T-19990101-00-00-00-2.pcapng")
		if err := os.Symlink("elsewhere", link); err != nil {
			t.Fatal(err)
		}
		l.run(t)
		for i := range 60 {
			l.hub.Offer([]pcap.Packet{{Time: time.Duration(i), Link: pcap.LinkRadiotap, Data: make([]byte, 200_000)}}, "X")
			synctest.Wait()
			sum := int64(0)
			files, err := l.files()
			for _, f := range files {
				sum += f.octets
			}
			if err != nil || sum > 3<<20 {
				t.Fatalf("%d octets after %d packets, %v", sum, i, err)
			}
		}
		l.stop()
		files := l.list(t)
		if len(files) < 2 {
			t.Fatalf("files %q", files)
		}
		last := uint64(60)
		for i := len(files) - 1; i >= 0; i-- {
			list, _ := read(t, files[i])
			last -= uint64(len(list))
			if list[0].Time != time.Duration(last) {
				t.Errorf("%s begins with packet %d, want %d: the newest are kept", files[i], list[0].Time, last)
			}
		}
		for name := range others {
			if _, err := os.Stat(filepath.Join(l.folder, name)); err != nil {
				t.Error(err)
			}
		}
		if _, err := os.Lstat(link); err != nil {
			t.Error(err)
		}
	})
}

// full is a disk on which there is no room while there is none.
type full struct {
	*os.File
	room *atomic.Int64
}

var errFull = errors.New("no space left on device")

func (f full) Write(b []byte) (int, error) {
	room := f.room.Load()
	if int64(len(b)) > room {
		n, _ := f.File.Write(b[:room])
		return n, errFull
	}
	f.room.Add(-int64(len(b)))
	return f.File.Write(b)
}

// TestFullDiskIsToldOnceAndWritingGoesOn fills the disk within a block, and makes room again.
func TestFullDiskIsToldOnceAndWritingGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, nil)
		var room atomic.Int64
		room.Store(1000)
		create := l.create
		l.create = func(now time.Time) (disk, error) {
			d, err := create(now)
			return full{d.(*os.File), &room}, err
		}
		l.run(t)
		l.offer(1, 5, 100)
		time.Sleep(flushEvery)
		for range 30 {
			l.offer(1, 10, 100)
			time.Sleep(flushEvery)
		}
		if files := l.list(t); len(files) != 1 {
			t.Errorf("on a full disk there are %q, want the one that was begun", files)
		}
		room.Store(1 << 20)
		for range 20 {
			l.offer(1, 1, 100)
			time.Sleep(flushEvery)
		}
		l.stop()
		if len(l.alerts) != 1 || !strings.Contains(l.alerts[0], "LOGDISABLED The log") || !strings.Contains(l.alerts[0], errFull.Error()) {
			t.Errorf("alerts %q", l.alerts)
		}
		if text := strings.Join(l.said, "\n"); strings.Count(text, "is written again") != 1 || !strings.Contains(text, "packets that could not be written") {
			t.Errorf("messages %q", l.said)
		}
		kept, lacking := 0, uint64(0)
		for _, path := range l.list(t) {
			list, r := read(t, path)
			kept += len(list)
			lacking += r.Dropped()
		}
		c := l.Counts()
		if c.Written+c.Unwritten != 5+300+20 || uint64(kept) != c.Written || lacking != c.Unwritten || l.Unwritten(1) != c.Unwritten || c.Unwritten < 290 {
			t.Errorf("%d packets in files that lack %d, counts %+v", kept, lacking, c)
		}
	})
}

// slow is a disk that takes nothing until it may.
type slow struct {
	*os.File
	may <-chan struct{}
}

func (s slow) Write(b []byte) (int, error) {
	<-s.may
	return s.File.Write(b)
}

// TestSlowDiskLosesAndIsNotWaitedFor offers much while the disk takes nothing: offering returns, and all is accounted for.
func TestSlowDiskLosesAndIsNotWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := open(t, func(o *Options) { o.FileOctets, o.TotalOctets = 64<<20, 0 })
		may := make(chan struct{})
		create := l.create
		l.create = func(now time.Time) (disk, error) {
			d, err := create(now)
			return slow{d.(*os.File), may}, err
		}
		l.run(t)
		const many = 50_000
		l.offer(1, many/2, 100)
		l.offer(2, many/2, 100)
		close(may)
		synctest.Wait()
		time.Sleep(2 * retryEvery)
		l.stop()
		list, r := read(t, l.list(t)[0])
		_, lost := l.hub.Lost("X")
		t.Logf("%d packets offered while the disk stood still: %d written, %d lost in the queue, the file says it lacks %d", many, len(list), lost, r.Dropped())
		if uint64(len(list))+lost != many || lost < many/4 || len(l.alerts) != 0 {
			t.Errorf("%d written and %d lost of %d, alerts %q", len(list), lost, many, l.alerts)
		}
		if !strings.Contains(strings.Join(l.said, "\n"), "came faster than the disk takes them") {
			t.Errorf("messages %q", l.said)
		}
		if r.Dropped() == 0 {
			t.Error("the file does not say that it lacks anything")
		}
	})
}

// BenchmarkOffer measures what the frame path pays for a log whose disk takes nothing: a copy, then no more than a count.
func BenchmarkOffer(b *testing.B) {
	for name, keepsUp := range map[string]bool{"taken": true, "full": false} {
		b.Run(name, func(b *testing.B) {
			hub := export.New(radio)
			r := hub.Read()
			defer r.Close()
			batch := make([]pcap.Packet, 64)
			for i := range batch {
				batch[i] = pcap.Packet{Link: pcap.LinkRadiotap, Data: make([]byte, 250)}
			}
			b.ReportAllocs()
			for i := range b.N {
				hub.Offer(batch, "X")
				if keepsUp && i%64 == 63 {
					r.Take()
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(batch)), "ns/packet")
		})
	}
}
