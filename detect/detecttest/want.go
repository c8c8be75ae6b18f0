package detecttest

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// wanted is one line of the want section: only what is written is compared.
type wanted struct {
	line   int
	header string
	time   time.Duration // -1: any
	words  []word        // the rest
}

func readWant(s section) ([]wanted, error) {
	var list []wanted
	for i, text := range strings.Split(s.text, "\n") {
		words, err := split(text)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", s.first+i, err)
		}
		if len(words) == 0 || len(words) == 1 && words[0].text == "none" {
			continue
		}
		w := wanted{line: s.first + i, time: -1}
		if d, err := duration(words[0]); err == nil {
			w.time, words = d, words[1:]
		}
		if len(words) == 0 {
			return nil, fmt.Errorf("line %d: want [TIME] HEADER …", s.first+i)
		}
		w.header, w.words = words[0].text, words[1:]
		list = append(list, w)
	}
	return list, nil
}

// compare tells in what the finding differs from what was wanted.
func (w wanted) compare(got tocsin.Detected, start time.Duration, a *air) error {
	var problems []error
	differs := func(what string, got, want any) {
		problems = append(problems, fmt.Errorf("%s is %v, want %v", what, got, want))
	}
	if got.Definition.Header != w.header {
		differs("header", got.Definition.Header, w.header)
	}
	if at := (got.Time - start).Round(time.Millisecond); w.time >= 0 && at != w.time {
		differs("time", at, w.time)
	}
	for rest := w.words; len(rest) > 0; {
		name, size := rest[0].text, 2
		if len(rest) > 2 && rest[1].text == "~" && !rest[1].quoted {
			size = 3
		}
		if len(rest) < size {
			return fmt.Errorf("%s needs a value", name)
		}
		value := rest[size-1]
		text, err := property(got, name, a)
		if err != nil {
			return err
		}
		want := value.text
		if addr, err := a.address(value, 0); err == nil && !value.quoted {
			want = addr.String()
		}
		switch {
		case size == 3 && !strings.Contains(text, want):
			differs(name, strconv.Quote(text), "something with "+strconv.Quote(want))
		case size == 2 && text != want:
			differs(name, strconv.Quote(text), strconv.Quote(want))
		}
		rest = rest[size:]
	}
	return errors.Join(problems...)
}

// property returns what the word name of a want line is compared with.
func property(got tocsin.Detected, name string, a *air) (string, error) {
	severity := got.Definition.Severity
	if got.Severity != nil {
		severity = *got.Severity
	}
	switch name {
	case "bssid":
		return got.BSSID.String(), nil
	case "source":
		return got.Source.String(), nil
	case "dest":
		return got.Dest.String(), nil
	case "other":
		return got.Other.String(), nil
	case "channel":
		if got.Hopping {
			return tocsin.Hopping, nil
		}
		return strconv.Itoa(int(got.Channel)), nil
	case "freq":
		return strconv.Itoa(int(got.Frequency)), nil
	case "severity":
		return strings.ToLower(severity.String()), nil
	case "confidence":
		return strconv.Itoa(int(got.Confidence)), nil
	case "subject":
		return got.Subject, nil
	case "text":
		return got.Text, nil
	case "reason":
		return got.Reason.What, nil
	case "observed":
		return got.Reason.Observed, nil
	case "limit":
		return got.Reason.Limit, nil
	case "frame":
		return strconv.FormatUint(got.Number, 10), nil
	case "frames":
		return strconv.Itoa(len(got.Frames)), nil
	case "sensor":
		if int(got.Sensor) < len(a.sensors) {
			return a.sensors[got.Sensor], nil
		}
		return strconv.Itoa(int(got.Sensor)), nil
	}
	return "", fmt.Errorf("a finding has no %q", name)
}

// line writes a finding as a want line.
func line(got tocsin.Detected, start time.Duration, a *air) string {
	name := func(addr dot11.Addr) string {
		var names []string
		for n, known := range a.names {
			if known == addr {
				names = append(names, n)
			}
		}
		if len(names) == 0 {
			return addr.String()
		}
		return slices.Min(names)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", (got.Time - start).Round(time.Millisecond), got.Definition.Header)
	fmt.Fprintf(&b, " bssid %s source %s dest %s", name(got.BSSID), name(got.Source), name(got.Dest))
	if !got.Other.IsZero() {
		fmt.Fprintf(&b, " other %s", name(got.Other))
	}
	if got.Severity != nil {
		fmt.Fprintf(&b, " severity %s", strings.ToLower(got.Severity.String()))
	}
	if got.Confidence != got.Definition.Confidence {
		fmt.Fprintf(&b, " confidence %d", got.Confidence)
	}
	fmt.Fprintf(&b, " text %q", got.Text)
	return b.String()
}
