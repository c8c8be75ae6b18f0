package gps

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	// silence is how long a receiver may say nothing before it is connected to again: it speaks every second.
	silence = 30 * time.Second

	leastPause, mostPause = time.Second, 10 * time.Second

	maxLine   = 16 << 10 // gpsd's longest is 10240 octets
	maxNoLine = 1 << 20  // octets without an end of a line, after which it is no receiver
)

// connection is what a receiver is read from.
type connection interface {
	io.ReadWriteCloser
	SetReadDeadline(time.Time) error
}

// reader takes lines of a receiver. It returns the place that one tells, which is not Valid if it tells none; ok is false of what is
// no line of a receiver.
type reader interface {
	read(line []byte, now time.Time) (l tocsin.Location, ok bool)
}

// Run reads the receiver until ctx is done, and connects again when it fails. It tells news once when that begins, and when there is a
// place again. Of a kind that is not connected to it returns at once.
func (r *Receiver) Run(ctx context.Context, news func(ok bool, text string)) {
	if !r.Kind.measured() {
		return
	}
	pause, told := leastPause, false
	for {
		reached := false
		err := r.follow(ctx, func(placed bool) {
			reached = true
			r.setState(true, "")
			if placed && told {
				told = false
				news(true, r.called()+" tells again where the server is")
			}
		})
		if ctx.Err() != nil {
			r.setState(false, "")
			return
		}
		r.setState(false, err.Error())
		if !told {
			told = true
			text := fmt.Sprintf("%s does not tell where the server is: %s", r.called(), err)
			if r.Reconnect {
				text += "; it is asked again until it does"
			}
			news(false, text)
		}
		if !r.Reconnect {
			return
		}
		if reached {
			pause = leastPause
		}
		t := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			t.Stop()
		case <-t.C:
		}
		pause = min(2*pause, mostPause)
	}
}

// called names it for people.
func (r *Receiver) called() string {
	if r.Kind == GPSD {
		return "gpsd at " + r.Address
	}
	return "The receiver at " + r.Address
}

// open connects to the receiver and asks for what it does not send by itself.
func (r *Receiver) open(ctx context.Context) (c connection, lines reader, err error) {
	switch {
	case r.dial != nil:
		c, err = r.dial(ctx)
	case r.Kind == Serial:
		c, err = openSerial(r.Address, r.Baud)
	default:
		d := net.Dialer{Timeout: mostPause}
		c, err = d.DialContext(ctx, "tcp", r.Address)
	}
	if err != nil {
		return nil, nil, err
	}
	if r.Kind != GPSD {
		return c, new(sentences), nil
	}
	if _, err := io.WriteString(c, watch); err != nil {
		return nil, nil, errors.Join(err, c.Close())
	}
	return c, new(reports), nil
}

// follow connects to the receiver and reads it until it fails. Each line that it sends is told to heard, and whether it tells a place.
func (r *Receiver) follow(ctx context.Context, heard func(placed bool)) error {
	c, reader, err := r.open(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	lines := bufio.NewReaderSize(c, maxLine)
	for last := time.Now(); ; {
		// What is no line of a receiver does not keep the connection.
		if err := c.SetReadDeadline(last.Add(silence)); err != nil {
			return err
		}
		line, err := nextLine(lines)
		if errors.Is(err, os.ErrDeadlineExceeded) {
			return fmt.Errorf("it says nothing for %s", silence)
		}
		if err != nil {
			return err
		}
		now := time.Now()
		l, ok := reader.read(line, now)
		if !ok {
			continue
		}
		last = now
		heard(r.Update(l, now))
	}
}

var errNoLine = errors.New("what it sends has no lines: this is no receiver")

// nextLine returns the next line that is not too long, and passes over those that are.
func nextLine(lines *bufio.Reader) ([]byte, error) {
	for skipped := 0; ; {
		line, err := lines.ReadSlice('\n')
		switch {
		case err == nil && skipped == 0:
			return line, nil
		case err == nil:
			skipped = 0
		case errors.Is(err, bufio.ErrBufferFull):
			if skipped += len(line); skipped > maxNoLine {
				return nil, errNoLine
			}
		case errors.Is(err, io.EOF):
			return nil, errors.New("it closed the connection")
		default:
			return nil, err
		}
	}
}

// height is the newest altitude. Of what a receiver sends every second not every line has one.
type height struct {
	metres float64
	at     time.Time // zero: none yet
}

// complete gives l the altitude of a line shortly before, if it has none and known says that the receiver knows it.
func (h *height) complete(l *tocsin.Location, known bool, now time.Time) {
	switch {
	case l.Fix == 3:
		h.metres, h.at = l.Altitude, now
	case l.Fix == 2 && known && !h.at.IsZero() && now.Sub(h.at) <= tocsin.LocationAge:
		l.Altitude, l.Fix = h.metres, 3
	}
}
