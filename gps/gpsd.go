package gps

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/tocsin-wids/tocsin"
)

const (
	// silence is how long gpsd may say nothing before it is connected to again: a receiver reports every second.
	silence = 30 * time.Second

	leastPause, mostPause = time.Second, 10 * time.Second

	maxLine   = 16 << 10 // gpsd's longest is 10240 octets
	maxNoLine = 1 << 20  // octets without an end of a line, after which it is not gpsd
)

// watch asks for reports in JSON.
const watch = `?WATCH={"enable":true,"json":true};` + "\n"

// Run reads gpsd until ctx is done, and connects again when it fails. It tells news once when gpsd is not reached any more, and
// when it is again. Of any other kind it returns at once.
func (r *Receiver) Run(ctx context.Context, news func(ok bool, text string)) {
	if r.Kind != GPSD {
		return
	}
	pause, told := leastPause, false
	for {
		reached := false
		err := r.follow(ctx, func() {
			reached = true
			r.setState(true, "")
			if told {
				news(true, fmt.Sprintf("gpsd at %s is reached again", r.Address))
			}
			told = false
		})
		if ctx.Err() != nil {
			r.setState(false, "")
			return
		}
		r.setState(false, err.Error())
		if !told {
			told = true
			text := fmt.Sprintf("gpsd at %s does not tell where the server is: %s", r.Address, err)
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

// follow connects to gpsd and reads its reports until it fails. Opened is called when the first has come.
func (r *Receiver) follow(ctx context.Context, opened func()) error {
	dial := r.dial
	if dial == nil {
		d := net.Dialer{Timeout: mostPause}
		dial = func(ctx context.Context) (net.Conn, error) { return d.DialContext(ctx, "tcp", r.Address) }
	}
	c, err := dial(ctx)
	if err != nil {
		return err
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	if _, err := io.WriteString(c, watch); err != nil {
		return err
	}
	lines := bufio.NewReaderSize(c, maxLine)
	var h height
	for first := true; ; {
		if err := c.SetReadDeadline(time.Now().Add(silence)); err != nil {
			return err
		}
		line, err := nextLine(lines)
		if err != nil {
			return err
		}
		t, ok := parseReport(line)
		if !ok {
			continue
		}
		if first {
			first = false
			opened()
		}
		now := time.Now()
		r.Update(h.complete(&t, now), now)
	}
}

var errNoLine = errors.New("what it sends has no lines: this is not gpsd")

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

// report is what is read of a report of gpsd (gpsd_json(5)).
type report struct {
	Class    string
	Mode     int // 0 and 1: no fix
	Lat, Lon *float64
	AltMSL   *float64
	Alt      *float64 // the same, of versions before 3.20
	Speed    float64  // m/s
	Track    float64  // degrees
}

// parseReport reads a line; false if it is no report.
func parseReport(line []byte) (t report, ok bool) {
	if json.Unmarshal(line, &t) != nil {
		return report{}, false
	}
	if t.AltMSL == nil {
		t.AltMSL = t.Alt
	}
	return t, t.Class != ""
}

// location returns the place that a report tells, which is not Valid if it tells none.
func (t *report) location() tocsin.Location {
	if t.Class != "TPV" || t.Mode < 2 || t.Lat == nil || t.Lon == nil {
		return tocsin.Location{}
	}
	l := tocsin.Location{Latitude: *t.Lat, Longitude: *t.Lon, Speed: t.Speed * 3.6, Heading: t.Track, Fix: 2}
	if t.Mode >= 3 && t.AltMSL != nil {
		l.Altitude, l.Fix = *t.AltMSL, 3
	}
	return l
}

// height is the newest altitude. Of the sentences that a receiver sends every second, each makes a report and not each has one.
type height struct {
	metres float64
	at     time.Time // zero: none yet
}

// complete returns the place that t tells, with the altitude of a report shortly before where t has a fix of one and does not say it.
func (h *height) complete(t *report, now time.Time) tocsin.Location {
	l := t.location()
	switch {
	case l.Fix == 3:
		h.metres, h.at = l.Altitude, now
	case l.Fix == 2 && t.Mode >= 3 && !h.at.IsZero() && now.Sub(h.at) <= tocsin.LocationAge:
		l.Altitude, l.Fix = h.metres, 3
	}
	return l
}
