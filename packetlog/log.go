package packetlog

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/logfile"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Options configures a Log.
type Options struct {
	Name        logfile.Name  // of the files; its template must number them
	FileOctets  int64         // a file is no larger
	FileAge     time.Duration // nor does it go on for longer; 0: for ever
	TotalOctets int64         // all files together; 0: without bound
	Choice      Choice

	Radio  func(uint16) pcap.Interface // describes a radio
	Lost   func() []uint64             // packets of each radio lost before the log, since the start
	Say    func(flags tocsin.MessageFlags, text string)
	Tell   func(d *tocsin.Definition, subject, text string) bool // raises an alert
	Logger *slog.Logger
	Now    func() time.Time // time.Now if nil
}

// Counts is what became of the packets that the log took from its reader.
type Counts struct {
	Written   uint64
	Unwritten uint64 // the disk did not take them
}

const (
	flushEvery = time.Second     // what a crash may cost
	retryEvery = 5 * time.Second // that a log which failed is tried again
)

// Log writes the files.
type Log struct {
	options Options
	reader  *export.Reader
	chooser chooser
	create  func(time.Time) (disk, error)
	health  logfile.Health
	file    *file             // nil if there is none
	failed  bool              // nothing is tried until the next retry
	wrote   bool              // something since the last retry
	queue   uint64            // packets that found the reader full
	missed  map[uint16]uint64 // packets of a radio that the log did not get or could not write, since the start
	told    map[uint16]uint64 // how many packets of a radio earlier files say that they lack

	mu        sync.Mutex
	counts    Counts
	unwritten map[uint16]uint64 // by radio
}

// Open makes the folder. Packets are read from then on, for Run to write. What Open returns must be run.
func Open(o Options, read func() *export.Reader) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if err := os.MkdirAll(filepath.Dir(o.Name.Path(o.Now(), 1)), 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the packet log: %w", err)
	}
	l := &Log{
		options: o, reader: read(), chooser: newChooser(o.Choice),
		missed: map[uint16]uint64{}, told: map[uint16]uint64{}, unwritten: map[uint16]uint64{},
		health: logfile.Health{Log: o.Name.Pattern(), Say: o.Say, Tell: o.Tell, Logger: o.Logger},
	}
	l.create = func(now time.Time) (disk, error) { return o.Name.Create(now) }
	return l, nil
}

// Pattern is what the files are called, with placeholders for time and number.
func (l *Log) Pattern() string { return l.options.Name.Pattern() }

// Counts tells what became of the packets so far.
func (l *Log) Counts() Counts {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.counts
}

// Unwritten returns how many packets of a radio the disk did not take.
func (l *Log) Unwritten(radio uint16) uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.unwritten[radio]
}

// Run writes until ctx is done, then what waits. Nothing that goes wrong while it writes ends it.
func (l *Log) Run(ctx context.Context) error {
	flush, retry := time.NewTicker(flushEvery), time.NewTicker(retryEvery)
	defer flush.Stop()
	defer retry.Stop()
	for {
		select {
		case <-ctx.Done():
			l.reader.Close()
			l.take()
			l.end()
			return nil
		case <-l.reader.Ready():
			l.take()
		case <-flush.C:
			l.flush()
		case <-retry.C:
			l.settle()
		}
	}
}

// take writes what waits in the reader.
func (l *Log) take() {
	list, lost := l.reader.Take()
	for i := range list {
		l.write(&list[i])
	}
	for radio, n := range lost {
		l.missed[radio] += n
		l.queue += n
	}
}

// write keeps p, in a new file if there is none or no room in the present one.
func (l *Log) write(p *pcap.Packet) {
	if !l.chooser.keep(p) {
		return
	}
	if l.file != nil && l.file.full(p, l.options.FileOctets) {
		l.end()
	}
	if l.file == nil && !l.failed {
		l.begin()
	}
	if l.failed {
		l.lose(p.Interface)
		return
	}
	if err := l.file.add(p); err != nil {
		l.lose(p.Interface)
		if !errors.Is(err, pcap.ErrPacket) {
			l.fail(err)
		}
	}
}

// begin opens the next file.
func (l *Log) begin() {
	if err := l.makeRoom(); err != nil {
		l.fail(err)
		return
	}
	now := l.options.Now()
	d, err := l.create(now)
	if err != nil {
		l.fail(err)
		return
	}
	if l.file, err = newFile(d, l.options.Radio, now); err != nil {
		l.fail(err)
	}
}

// flush puts on the disk what waits, and ends a file that is old enough.
func (l *Log) flush() {
	if l.file == nil {
		return
	}
	if age := l.options.FileAge; age > 0 && l.options.Now().Sub(l.file.opened) >= age {
		l.end()
		return
	}
	l.settled(l.file.tell(l.lacks()))
}

// settled flushes the file, unless err says that it cannot be written.
func (l *Log) settled(err error) {
	if err == nil {
		err = l.file.flush()
	}
	if err != nil {
		l.fail(err)
		return
	}
	l.wrote = true
	l.account(l.file)
}

// account takes over what f has counted.
func (l *Log) account(f *file) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Written += f.written
	f.written = 0
}

// close lets go of the file.
func (l *Log) close() {
	l.account(l.file)
	for radio, n := range l.file.kept {
		l.told[radio] += n
	}
	l.file = nil
}

// end closes the file, if there is one.
func (l *Log) end() {
	f := l.file
	if f == nil {
		return
	}
	if l.settled(f.tell(l.lacks())); l.file == nil {
		return
	}
	l.close()
	if err := f.disk.Close(); err != nil {
		l.fail(err)
	}
}

// fail gives the file up and stops trying until the next retry.
func (l *Log) fail(err error) {
	l.failed = true
	if f := l.file; f != nil {
		l.close()
		for _, radio := range f.inside {
			l.lose(radio)
		}
		if problem := f.abandon(); problem != nil {
			l.options.Logger.Debug("packet log not closed", "path", f.disk.Name(), "error", problem)
		}
	}
	l.health.Failed(err)
}

// settle lets a log that failed try again, and tells of losses.
func (l *Log) settle() {
	if l.wrote && !l.failed {
		l.health.Written()
	}
	l.failed, l.wrote = false, false
	unwritten := l.Counts().Unwritten
	l.health.Lacks(l.options.Now(), unwritten+l.queue, fmt.Sprintf("%d packets that could not be written and %d that came faster than the disk takes them", unwritten, l.queue))
}

// lose counts a packet that the disk did not take.
func (l *Log) lose(radio uint16) {
	l.missed[radio]++
	l.mu.Lock()
	defer l.mu.Unlock()
	l.counts.Unwritten++
	l.unwritten[radio]++
}

// lacks returns what tells how many packets of a radio the present file lacks.
func (l *Log) lacks() func(radio uint16) uint64 {
	before := l.options.Lost()
	return func(radio uint16) uint64 {
		lost, told := l.missed[radio], l.told[radio]
		if int(radio) < len(before) {
			lost += before[radio]
		}
		return max(lost, told) - told
	}
}
