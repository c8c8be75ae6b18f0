// Package gps knows where the server is, and sensors that have a receiver of their own: from gpsd, from NMEA, from who tells it over
// HTTP, or because it is configured.
//
// # Concurrency
//
// Receivers and Receiver are safe for concurrent use. Run of a Receiver is called once; the lock of Receivers is never held while
// that of a Receiver is taken.
//
// # Memory
//
// A Receiver keeps one place and, while it is connected, a buffer of 16 KiB. There are at most 1000 that were made on demand.
package gps

import (
	"errors"
	"fmt"
	"math"
	"net"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/tocsin-wids/tocsin"
)

// Kind is a way to learn a place.
type Kind string

// The kinds that there are, named as Kismet names them.
const (
	GPSD    Kind = "gpsd"
	Serial  Kind = "serial"
	TCP     Kind = "tcp"
	Virtual Kind = "virtual" // it is configured
	Web     Kind = "web"     // it is told over HTTP where the server is
	Meta    Kind = "meta"    // it is told over HTTP where a sensor is
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{GPSD, Serial, TCP, Virtual, Web, Meta} }

// Description says in one sentence what a Kind is.
func (k Kind) Description() string {
	switch k {
	case GPSD:
		return "A receiver that gpsd reads"
	case Serial:
		return "A receiver at a serial device, NMEA"
	case TCP:
		return "A receiver in the network, NMEA over TCP"
	case Virtual:
		return "A place that is configured"
	case Web:
		return "The place of the server as it is told over HTTP"
	case Meta:
		return "The place of a sensor as it is told over HTTP"
	}
	return ""
}

// measured reports whether receivers of this kind have priority over those that say where something was put.
func (k Kind) measured() bool { return k == GPSD || k == Serial || k == TCP }

// Definition says how a place is learnt.
type Definition struct {
	Kind      Kind
	Name      string // what sources call it
	UUID      string // empty: the server makes one
	Priority  int    // the receiver with the lowest that knows its place tells the server's
	DataOnly  bool   // never tells the server's place
	Reconnect bool   // is connected to again after a failure
	Address   string // host:port, or the serial device
	Baud      int    // of that
	Place     tocsin.Location
	Text      string // as it is configured
}

// measuredPriority is before any that is not measured.
const measuredPriority = -1000

// Parse reads "KIND:key=value,…" as Kismet writes receivers.
func Parse(text string) (Definition, error) {
	if strings.ContainsFunc(text, unicode.IsControl) {
		return Definition{}, errors.New("it holds a control character")
	}
	kind, rest, _ := strings.Cut(strings.TrimSpace(text), ":")
	d := Definition{Kind: Kind(strings.ToLower(kind)), Reconnect: true, Text: text}
	if !slices.Contains(Kinds(), d.Kind) {
		return d, fmt.Errorf("%s is no kind of receiver; there are gpsd, serial, tcp, virtual, web and meta", tocsin.Quote([]byte(kind)))
	}
	if d.Kind.measured() {
		d.Priority = measuredPriority
	}
	options, err := optionsOf(rest)
	if err != nil {
		return d, err
	}
	known, place := d.known(), Place{}
	for _, o := range options {
		set := known[o.key]
		if d.Kind == Virtual && set == nil {
			if coordinate, err := place.Set(o.key, o.value); err != nil {
				return d, err
			} else if coordinate {
				continue
			}
		}
		if set == nil {
			return d, fmt.Errorf("option %s is not known of %s", tocsin.Quote([]byte(o.key)), d.Kind)
		}
		if err := set(o.value); err != nil {
			return d, fmt.Errorf("%s: %w", o.key, err)
		}
	}
	if d.Kind == Virtual {
		if d.Place, err = place.Location(); err != nil {
			return d, err
		}
	}
	return d, d.complete()
}

// option is one "key=value".
type option struct{ key, value string }

func optionsOf(text string) ([]option, error) {
	var list []option
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		key, value, ok := strings.Cut(part, "=")
		if !ok {
			return nil, fmt.Errorf("%s is not key=value", tocsin.Quote([]byte(part)))
		}
		list = append(list, option{strings.ToLower(strings.TrimSpace(key)), strings.Trim(strings.TrimSpace(value), `"`)})
	}
	return list, nil
}

// known returns what sets each option of the kind of d.
func (d *Definition) known() map[string]func(string) error {
	known := map[string]func(string) error{
		"name":      func(s string) error { d.Name = s; return nil },
		"uuid":      func(s string) error { d.UUID = strings.ToUpper(s); return nil },
		"dataonly":  func(s string) error { return truth(s, &d.DataOnly) },
		"reconnect": func(s string) error { return truth(s, &d.Reconnect) },
		"priority": func(s string) (err error) {
			if d.Priority, err = strconv.Atoi(s); err != nil {
				return fmt.Errorf("%s is not a whole number", tocsin.Quote([]byte(s)))
			}
			return nil
		},
	}
	switch d.Kind {
	case Serial:
		d.Baud = 4800
		known["device"] = func(s string) error { d.Address = s; return nil }
		known["baud"] = func(s string) (err error) {
			if d.Baud, err = strconv.Atoi(s); err != nil || !slices.Contains(speeds, d.Baud) {
				return fmt.Errorf("%s is none of %s", tocsin.Quote([]byte(s)), strings.Trim(fmt.Sprint(speeds), "[]"))
			}
			return nil
		}
	case GPSD, TCP:
		port, host := "", ""
		if d.Kind == GPSD {
			port = "2947"
		}
		address := func() { d.Address = net.JoinHostPort(host, port) }
		known["host"] = func(s string) error { host = strings.Trim(s, "[]"); address(); return nil }
		known["port"] = func(s string) error {
			if n, err := strconv.ParseUint(s, 10, 16); err != nil || n == 0 {
				return fmt.Errorf("%s is not a port", tocsin.Quote([]byte(s)))
			}
			port = s
			address()
			return nil
		}
	}
	return known
}

// Place reads a place that is configured.
type Place struct {
	place          tocsin.Location
	hasLat, hasLon bool
}

// Set reads the latitude (lat), longitude (lon) or altitude (alt); known is false of any other key.
func (p *Place) Set(key, text string) (known bool, err error) {
	to, most, unit := &p.place.Latitude, 90.0, "degrees"
	switch key {
	case "lat":
		p.hasLat = true
	case "lon":
		to, most, p.hasLon = &p.place.Longitude, 180, true
	case "alt":
		to, most, unit = &p.place.Altitude, 100_000, "metres"
		p.place.Fix = 3
	default:
		return false, nil
	}
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return true, fmt.Errorf("%s: %s is not a number", key, tocsin.Quote([]byte(text)))
	}
	if !(math.Abs(x) <= most) {
		return true, fmt.Errorf("%s: %s is not from -%g to %g %s", key, tocsin.Quote([]byte(text)), most, most, unit)
	}
	*to = x
	return true, nil
}

// Location returns the place. The error says what is missing.
func (p *Place) Location() (tocsin.Location, error) {
	l := p.place
	l.Fix = max(l.Fix, 2)
	if !p.hasLat || !p.hasLon || !l.Valid() {
		return l, errors.New("lat=… and lon=… are missing, in degrees, such as lat=47.2529,lon=8.5")
	}
	return l, nil
}

// speeds are those that receivers at serial devices have, in baud.
var speeds = []int{4800, 9600, 19200, 38400, 57600, 115200}

// complete fills what follows from the rest, or says what is missing.
func (d *Definition) complete() error {
	if d.Name == "" {
		d.Name = string(d.Kind)
		if d.Kind == Meta {
			return errors.New("name=… is missing: sources name it with metagps=…")
		}
	}
	switch d.Kind {
	case GPSD, TCP:
		host, port, _ := net.SplitHostPort(d.Address)
		if host == "" {
			return errors.New("host=… is missing, such as host=localhost")
		}
		if port == "" {
			return errors.New("port=… is missing")
		}
	case Serial:
		if d.Address == "" {
			return errors.New("device=… is missing, such as device=/dev/ttyUSB0")
		}
	case Meta:
		d.DataOnly = true // the place of a sensor is not that of the server
	}
	return nil
}

func truth(text string, to *bool) error {
	switch strings.ToLower(text) {
	case "true", "t":
		*to = true
	case "false", "f":
		*to = false
	default:
		return fmt.Errorf("%s is neither true nor false", tocsin.Quote([]byte(text)))
	}
	return nil
}
