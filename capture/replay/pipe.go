package replay

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
)

// Pipe is a capture that may be in the making while it is read: a FIFO or standard input.
type Pipe struct{ *Source }

var _ capture.Live = Pipe{}

// recent is how old packets may be to count as heard now: older than any program between the radio and the pipe lets them
// grow, and younger than those of a capture that somebody made before.
const recent = time.Minute

// Live reports whether the newest packet was of now when it was read.
func (p Pipe) Live() bool { return p.live.Load() }

// Reopens reports whether p is a FIFO, where another writer may come.
func (p Pipe) Reopens() bool { return p.options.Open == nil }

// IsFIFO reports whether there is a FIFO at path.
func IsFIFO(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode()&os.ModeNamedPipe != 0
}

// fifo is the reading end of a FIFO that waits for a writer in Read, where Close can end it, and not in open, where nothing
// can. A writer of its own keeps the end from being seen before another writer has said something.
type fifo struct {
	*os.File
	writer *os.File
	begun  sync.Once
}

// openFIFO waits in open all the same where the FIFO may be read and not written.
func openFIFO(path string) (io.ReadCloser, error) {
	reader, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("open FIFO: %w", err)
	}
	writer, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK, 0)
	if errors.Is(err, os.ErrPermission) {
		reader.Close()
		if reader, err = os.Open(path); err == nil {
			return reader, nil
		}
	}
	if err != nil {
		reader.Close()
		return nil, fmt.Errorf("open FIFO: %w", err)
	}
	return &fifo{File: reader, writer: writer}, nil
}

func (f *fifo) Read(b []byte) (int, error) {
	n, err := f.File.Read(b)
	f.begun.Do(func() { f.writer.Close() })
	return n, err
}

// Close ends a Read that waits.
func (f *fifo) Close() error {
	f.begun.Do(func() { f.writer.Close() })
	return f.File.Close()
}
