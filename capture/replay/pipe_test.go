package replay_test

import (
	"errors"
	"io"
	"os"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture/capturetest"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/pcap"
)

// TestFIFOIsReadFromOneWriterAfterTheOther has the first stop in the middle of a packet.
func TestFIFOIsReadFromOneWriterAfterTheOther(t *testing.T) {
	path := makeFIFO(t)
	p := replay.Pipe{Source: replay.New(replay.Options{Path: path})}
	if !p.Reopens() {
		t.Error("a FIFO is not opened again")
	}
	whole := stream(1*time.Second, 2*time.Second)
	for i, written := range [][]byte{whole[:len(whole)-5], whole} {
		go func() {
			if err := os.WriteFile(path, written, 0); err != nil {
				t.Error(err)
			}
		}()
		err := p.Run(t.Context(), func([]pcap.Packet) error { return nil })
		if cut := i == 0; cut != errors.Is(err, pcap.ErrTruncated) || !cut && err != nil {
			t.Errorf("writer %d: %v", i+1, err)
		}
	}
	if c := p.Counts(); c.Packets != 3 {
		t.Errorf("%d packets counted, want one of the first and two of the second", c.Packets)
	}
}

func TestPipeIsLiveWhileItsPacketsAreOfNow(t *testing.T) {
	now := time.Duration(time.Now().UnixNano()).Truncate(time.Microsecond)
	for name, c := range map[string]struct {
		at   time.Duration
		want bool
	}{
		"now":            {now, true},
		"a clock before": {now + time.Hour, true},
		"an old capture": {now - 2*time.Minute, false},
	} {
		p := replay.Pipe{Source: replay.New(replay.Options{Path: replay.Stdin, Open: opened(stream(c.at))})}
		if p.Live() || p.Reopens() {
			t.Errorf("%s: it is live before it is read, or can be opened again", name)
		}
		delivered := 0
		err := p.Run(t.Context(), func(batch []pcap.Packet) error {
			if delivered += len(batch); len(batch) > 0 && p.Live() != c.want {
				t.Errorf("%s: live %v, want %v", name, p.Live(), c.want)
			}
			return nil
		})
		if err != nil || delivered != 1 {
			t.Errorf("%s: %d packets, %v", name, delivered, err)
		}
	}
}

// pipe is a writer whose packets are of now, to a pipe that a source reads.
type pipe struct {
	t      testing.TB
	writer *os.File
	begun  time.Time
	after  time.Duration // of the newest packet
}

func newPipe(t testing.TB, writer *os.File) *pipe {
	return &pipe{t: t, writer: writer, begun: time.Now()}
}

func (p *pipe) Hear(n int) {
	times := make([]time.Duration, n)
	for i := range times {
		p.after += time.Millisecond
		times[i] = time.Duration(p.begun.UnixNano()) + p.after
	}
	p.write(stream(times...)[len(stream()):])
}

func (p *pipe) write(b []byte) {
	if _, err := p.writer.Write(b); err != nil {
		p.t.Errorf("write to the pipe: %v", err)
	}
}

func TestSuiteOfFIFO(t *testing.T) {
	capturetest.Run(t, func(t testing.TB) capturetest.Subject {
		path, p := makeFIFO(t), newPipe(t, nil)
		subject := capturetest.Subject{
			Source: replay.Pipe{Source: replay.New(replay.Options{Path: path, Name: "yard"})},
			Hear:   p.Hear,
			Break: func() { // in the middle of a packet
				p.write(stream(time.Hour)[len(stream()):30])
				p.writer.Close()
			},
			Ready: func() {
				if p.writer != nil {
					p.writer.Close()
				}
				var err error
				// For reading too, or opening would wait for the source; its own end is then not noticed.
				if p.writer, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
					t.Fatal(err)
				}
				p.write(stream())
			},
		}
		t.Cleanup(func() { p.writer.Close() })
		return subject
	})
}

func TestSuiteOfStandardInput(t *testing.T) {
	capturetest.Run(t, func(t testing.TB) capturetest.Subject {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		p := newPipe(t, out)
		p.write(stream())
		t.Cleanup(func() { out.Close(); in.Close() })
		open := func() (io.ReadCloser, error) { return replay.Interruptible(in), nil }
		return capturetest.Subject{
			Source: replay.Pipe{Source: replay.New(replay.Options{Path: replay.Stdin, Open: open})}, Hear: p.Hear,
		}
	})
}
