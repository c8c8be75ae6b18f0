package kismetdb

import (
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

// Source is a row about one source of frames.
type Source struct {
	UUID, Type, Definition, Name, Interface string
	JSON                                    []byte // its record, as the API writes it
}

// phys are the names of the peer's kinds of radio by number.
var phys = [...]string{"IEEE802.11", "RFSENSOR", "Z-Wave", "Bluetooth", "UAV", "NrfMousejack", "BTLE", "METER", "ADSB", "802.15.4", "RADIATION"}

func phyName(phy int32) string {
	switch {
	case phy == tocsin.PhyAny:
		return "ANY"
	case phy >= 0 && int(phy) < len(phys):
		return phys[phy]
	}
	return "UNKNOWN"
}

// split returns the seconds and microseconds of t. Both come from one whole number: none is off by one.
func split(t time.Time) (seconds, micros int64) {
	us := t.UnixMicro()
	return us / 1e6, us % 1e6
}

func (l *Log) writeAlert(a *tocsin.Alert) {
	seconds, micros := split(a.Time)
	latitude, longitude := coordinates(a.Location)
	record := api.AppendRecord(nil, a, api.AlertFields, api.JSON, 0)
	l.insert(l.statements.alert, len(record), seconds, micros, phyName(a.Phy), a.Transmitter.String(), latitude, longitude,
		text(a.Header), record)
}

// coordinates are 0 where nothing is known.
func coordinates(l *tocsin.Location) (latitude, longitude float64) {
	if l == nil || !l.Valid() {
		return 0, 0
	}
	return l.Latitude, l.Longitude
}

// here returns where the server is.
func (l *Log) here() (latitude, longitude float64) {
	if l.options.Location == nil {
		return 0, 0
	}
	return coordinates(l.options.Location())
}

func (l *Log) writeMessage(m *tocsin.Message) {
	latitude, longitude := l.here()
	l.insert(l.statements.message, len(m.Text), m.Time.Unix(), latitude, longitude, messageType(m.Flags), text(m.Text))
}

// messageType names the flags of a message by the first that is set.
func messageType(flags tocsin.MessageFlags) string {
	for _, t := range [...]struct {
		flag tocsin.MessageFlags
		name string
	}{
		{tocsin.MessageInfo, "INFO"}, {tocsin.MessageError, "ERROR"}, {tocsin.MessageDebug, "DEBUG"},
		{tocsin.MessageFatal, "FATAL"}, {tocsin.MessageAlert, "ALERT"},
	} {
		if flags&t.flag != 0 {
			return t.name
		}
	}
	return ""
}

// writeState adds what the server and its sources say of themselves now.
func (l *Log) writeState(now time.Time) {
	for _, s := range l.options.Sources() {
		l.insert(l.statements.source, len(s.JSON), text(s.UUID), text(s.Type), text(s.Definition), text(s.Name), text(s.Interface), s.JSON)
	}
	if status := l.options.Status(); l.options.System && len(status) > 0 {
		seconds, micros := split(now)
		latitude, longitude := l.here()
		l.insert(l.statements.snapshot, len(status), seconds, micros, latitude, longitude, "SYSTEM", string(status))
	}
}

// text is what a column of text may hold: tools read it as UTF-8, up to the first zero octet.
func text(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\ufffd"), "\x00", "\ufffd")
}
