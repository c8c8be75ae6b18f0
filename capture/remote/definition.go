package remote

import (
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-wids/tocsin/capture/channel"
)

// definition is what a sensor says of its source.
type definition struct {
	what    string // interface or file
	options map[string]string
}

// readDefinition reads "WHAT:key=value,…". It is the sensor's own, who has read it already: what has no meaning is passed over.
func readDefinition(text string) definition {
	what, rest, _ := strings.Cut(text, ":")
	d := definition{what: what, options: map[string]string{}}
	quoted := false
	for field := range strings.FieldsFuncSeq(rest, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	}) {
		if key, value, ok := strings.Cut(field, "="); ok {
			d.options[strings.ToLower(strings.TrimSpace(key))] = strings.ReplaceAll(value, `"`, "")
		}
	}
	return d
}

// truth returns an option that is true or false, or what it is if it is neither.
func (d definition) truth(key string, otherwise bool) bool {
	switch strings.ToLower(d.options[key]) {
	case "true", "t":
		return true
	case "false", "f":
		return false
	}
	return otherwise
}

// list returns the channels of an option.
func (d definition) list(key string) []string {
	return strings.FieldsFunc(d.options[key], func(r rune) bool { return r == ',' || r == ' ' })
}

// rate returns how often to hop.
func (d definition) rate() float64 {
	pace, err := channel.ParsePace(d.options["channel_hoprate"])
	if err != nil {
		return defaultRate
	}
	return float64(time.Second) / float64(pace)
}

// defaultRate is how often radios hop, unless they are told otherwise: two beacons of most networks are sent meanwhile.
const defaultRate = 5

// name returns what people call the source: its name, or what it listens to and the end of its UUID, as there is a wlan0
// on every machine.
func (d definition) name(uuid string) string {
	if name := printable(d.options["name"]); name != "" {
		return name
	}
	return printable(d.what) + " " + uuid[len(uuid)-12:]
}

const maxName = 64

// printable returns text that came from a sensor as it can be shown.
func printable(text string) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text))
	return strings.TrimSpace(string(clean[:min(len(clean), maxName)]))
}

// canonical returns a UUID as it is compared. Some tools send along what follows it in the definition.
func canonical(text string) (uuid string, ok bool) {
	if len(text) < uuidLen {
		return "", false
	}
	uuid = strings.ToUpper(text[:uuidLen])
	zero := true
	for i, c := range []byte(uuid) {
		switch hyphen := i == 8 || i == 13 || i == 18 || i == 23; {
		case hyphen != (c == '-'):
			return "", false
		case hyphen:
		case c >= '0' && c <= '9', c >= 'A' && c <= 'F':
			zero = zero && c == '0'
		default:
			return "", false
		}
	}
	return uuid, !zero
}

const uuidLen = 36
