package detecttest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
)

// air is what a case puts on the air.
type air struct {
	names   map[string]dot11.Addr
	access  map[dot11.Addr]bool // addresses that send beacons in the case
	lines   []airLine
	sensors []string
	numbers map[dot11.Addr]uint16 // the next sequence number of each transmitter
}

// airLine is one line of a case: one frame, or a series.
type airLine struct {
	number int // in the file
	words  []word
	start  time.Duration
	every  time.Duration
	times  int
}

// sent is one frame on its way to the engine.
type sent struct {
	at     time.Duration
	raw    []byte
	packet *ble.Packet // in place of raw
	radio  dot11.Radio
	sensor uint16
	cut    bool
}

// maxFrames bounds what a case can ask for.
const maxFrames = 1_000_000

// readAir reads the air section whose first line is line number first of its file.
func readAir(text string, first int) (*air, error) {
	a := &air{
		names:  map[string]dot11.Addr{"broadcast": dot11.Broadcast, "none": {}},
		access: map[dot11.Addr]bool{}, sensors: []string{"sensor"}, numbers: map[dot11.Addr]uint16{},
	}
	var problems []error
	var last time.Duration
	for i, text := range strings.Split(text, "\n") {
		words, err := split(text)
		if err == nil && len(words) > 0 {
			err = a.addLine(words, first+i, &last)
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("line %d: %w", first+i, err))
		}
	}
	return a, errors.Join(problems...)
}

// addLine takes "NAME = ADDRESS" or "TIME KIND …". Last is the time of the last frame of the line before.
func (a *air) addLine(words []word, number int, last *time.Duration) error {
	if len(words) == 3 && words[1].text == "=" {
		addr, err := a.address(words[2], 0)
		if err != nil {
			return err
		}
		a.names[words[0].text] = addr
		return nil
	}
	if len(words) < 3 {
		return errors.New("want NAME = ADDRESS, or TIME KIND ADDRESS …")
	}
	l := airLine{number: number, words: words[1:], times: 1}
	after, relative := strings.CutPrefix(words[0].text, "+")
	start, err := duration(word{text: after})
	if err != nil {
		return err
	}
	if l.start = start; relative {
		l.start += *last
	}
	if err := l.takeSeries(); err != nil {
		return err
	}
	*last = l.start + time.Duration(l.times-1)*l.every
	if l.words[0].text == "beacon" {
		for n := range min(l.times, 1000) {
			if addr, err := a.address(turn(l.words, n)[1], n); err == nil {
				a.access[addr] = true
			}
		}
	}
	a.lines = append(a.lines, l)
	return nil
}

// takeSeries takes "every D x N" out of the line.
func (l *airLine) takeSeries() error {
	at := slices.Index(l.words, word{text: "every"})
	if at < 0 {
		return nil
	}
	if len(l.words) < at+4 || l.words[at+2].text != "x" {
		return errors.New("want every TIME x COUNT")
	}
	var err error
	if l.every, err = duration(l.words[at+1]); err != nil {
		return err
	}
	if l.times, err = strconv.Atoi(l.words[at+3].text); err != nil || l.times < 1 || l.times > maxFrames || l.every < 0 {
		return fmt.Errorf("%q is not a count from 1 to %d", l.words[at+3].text, maxFrames)
	}
	l.words = slices.Delete(slices.Clone(l.words), at, at+4)
	return nil
}

// frames builds all frames in the order of their times; those of one time in the order of their lines.
func (a *air) frames() ([]sent, error) {
	type turnOf struct {
		at      time.Duration
		line, n int
	}
	var turns []turnOf
	for i, l := range a.lines {
		for n := range l.times {
			turns = append(turns, turnOf{l.start + time.Duration(n)*l.every, i, n})
		}
	}
	slices.SortStableFunc(turns, func(x, y turnOf) int { return int(x.at - y.at) })
	var out []sent
	for _, t := range turns {
		l := &a.lines[t.line]
		s, err := a.build(t.at, turn(l.words, t.n), t.n)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", l.number, err)
		}
		out = append(out, s)
	}
	return out, nil
}
