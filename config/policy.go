package config

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// The words of a rule are what a file says of it, whatever its format.
type canaryWords struct {
	name   string
	ssid   string
	regexp string
}

type networkWords struct {
	canaryWords
	macs     []string
	channels []string // empty: any
	security []string // likewise
}

type deviceWords struct {
	name        string
	mac         string
	found, lost bool
	timeout     time.Duration // 0: not said
	severity    string        // empty: not said
}

// rule tells all that is wrong with a rule on one line.
func (w networkWords) rule() (tocsin.NetworkRule, error) {
	r := tocsin.NetworkRule{Name: w.label()}
	var problems [4]error
	r.SSID, problems[0] = w.pattern()
	r.Allowed, problems[1] = macs(w.macs)
	r.Channels, problems[2] = channels(w.channels)
	r.Access, problems[3] = access(w.security)
	return r, about(w.name, joinOnLine(problems[:]))
}

func (w canaryWords) rule() (tocsin.CanaryRule, error) {
	pattern, err := w.pattern()
	if err != nil {
		return tocsin.CanaryRule{}, about(w.name, err)
	}
	return tocsin.CanaryRule{Name: w.label(), SSID: pattern}, nil
}

// rule tells all that is wrong with a rule on one line.
func (w deviceWords) rule() (tocsin.DeviceRule, error) {
	r := tocsin.DeviceRule{Name: w.name, Found: w.found, Lost: w.lost, Timeout: w.timeout}
	var problems []error
	var err error
	if w.mac == "" {
		problems = append(problems, errors.New("mac is missing"))
	} else if r.Device, err = tocsin.ParseMACMask(w.mac); err != nil {
		problems = append(problems, err)
	}
	if !w.found && !w.lost {
		problems = append(problems, errors.New("found or lost must be true"))
	}
	if w.severity != "" {
		s, err := severity(w.severity)
		if err != nil {
			problems = append(problems, err)
		}
		r.Severity = &s
	}
	if r.Name == "" {
		r.Name = r.Device.String()
	}
	return r, about(w.name, joinOnLine(problems))
}

func severity(name string) (tocsin.Severity, error) {
	for _, s := range tocsin.Severities() {
		if strings.EqualFold(name, s.String()) {
			return s, nil
		}
	}
	return 0, fmt.Errorf("severity %s is not one of info, low, medium, high, critical", shown(name))
}

// joinOnLine is errors.Join with the problems beside each other.
func joinOnLine(problems []error) error {
	var err error
	for _, p := range problems {
		if p == nil {
			continue
		}
		if err == nil {
			err = p
		} else {
			err = fmt.Errorf("%w; %w", err, p)
		}
	}
	return err
}

// about says which rule is meant, if it has a name.
func about(name string, err error) error {
	if err == nil || name == "" {
		return err
	}
	return fmt.Errorf("%s: %w", shown(name), err)
}

// label falls back to the SSID, so that an alert can always say which rule it broke.
func (w canaryWords) label() string {
	name := cmp.Or(w.name, w.ssid+w.regexp)
	if strings.ContainsFunc(name, unicode.IsControl) {
		return tocsin.Quote([]byte(name))
	}
	return name
}

func (w canaryWords) pattern() (tocsin.SSIDPattern, error) {
	switch {
	case w.ssid != "" && w.regexp != "":
		return tocsin.SSIDPattern{}, errors.New("give ssid or ssid_regexp, not both")
	case w.ssid != "":
		return tocsin.LiteralSSID(w.ssid), nil
	case w.regexp != "":
		return tocsin.CompileSSID(w.regexp)
	}
	return tocsin.SSIDPattern{}, errors.New("ssid or ssid_regexp is missing")
}

// maxChannel is the highest number of any band, at 6 GHz.
const maxChannel = 233

func channels(list []string) ([]uint8, error) {
	var numbers []uint8
	var problems []error
	for _, text := range list {
		n, err := strconv.ParseUint(text, 10, 8)
		if err != nil || n == 0 || n > maxChannel {
			problems = append(problems, fmt.Errorf("channel %s is not a number from 1 to %d", shown(text), maxChannel))
		}
		numbers = append(numbers, uint8(n))
	}
	return numbers, joinOnLine(problems)
}

func access(list []string) (dot11.Access, error) {
	var all dot11.Access
	var problems []error
	for _, word := range list {
		way, err := dot11.ParseAccess(word)
		if err != nil {
			problems = append(problems, fmt.Errorf("security %w", err))
		}
		all |= way
	}
	return all, joinOnLine(problems)
}

// macs reads them all before it tells of a mistake, so that each is told.
func macs(list []string) ([]tocsin.MACMask, error) {
	if len(list) == 0 {
		return nil, errors.New("the list of MAC addresses is empty: every access point of the network would be an impostor")
	}
	var masks []tocsin.MACMask
	var problems []error
	for _, text := range list {
		m, err := tocsin.ParseMACMask(text)
		if err != nil {
			problems = append(problems, err)
		}
		masks = append(masks, m)
	}
	return masks, joinOnLine(problems)
}
