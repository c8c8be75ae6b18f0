package v1

import (
	"math"
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Page is a part of a list, newest first.
type Page[T any] struct {
	Items []T    `json:"items" nullable:"false" doc:"What was asked for, newest first."`
	Next  string `json:"next_cursor,omitempty" doc:"Ask again with this as cursor for what is older. Absent on the last page, and only there: items may be fewer than limit, or none."`
}

// Alert is one record. It never changes.
type Alert struct {
	ID          string    `json:"id" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" doc:"Unique; sorts by time."`
	Hash        uint32    `json:"hash" format:"int64" doc:"What clients of Kismet know the record by. Not unique."`
	Time        time.Time `json:"time" doc:"When it was raised, by the server's clock."`
	Header      string    `json:"header" doc:"Name of its definition."`
	Class       string    `json:"class" doc:"What it is about: DENIAL, EXPLOIT, PROBE, SPOOF, OTHER, SYSTEM, or a word of the client that defined it."`
	Severity    string    `json:"severity" enum:"INFO,LOW,MEDIUM,HIGH,CRITICAL" doc:"How bad it is."`
	Confidence  uint8     `json:"confidence,omitempty" maximum:"100" doc:"Probability in percent that the text is true. Absent if nobody says."`
	Text        string    `json:"text" doc:"What happened, for people. May quote names from the air: never markup."`
	Reason      *Reason   `json:"reason,omitempty" doc:"Why it was raised."`
	Fingerprint string    `json:"fingerprint" doc:"Equal for all alerts of one incident."`
	BSSID       string    `json:"bssid,omitempty" doc:"Network."`
	Source      string    `json:"source,omitempty" doc:"Who sent."`
	Destination string    `json:"destination,omitempty" doc:"To whom."`
	Other       string    `json:"other,omitempty" doc:"Another address that matters."`
	Channel     string    `json:"channel,omitempty" doc:"That the frame claims."`
	Frequency   uint32    `json:"frequency_khz,omitempty" format:"int64" doc:"It was received on."`
	Signal      int8      `json:"signal_dbm,omitempty" doc:"Of the reception."`
	SSID        string    `json:"ssid,omitempty" doc:"Name of the network, as it was known then. Octets that are not UTF-8 are sent as U+FFFD."`
	Phy         string    `json:"phy" doc:"Kind of radio: 802.11, bluetooth-le, any, unknown, or the number that clients of Kismet know it by."`
	Location    *Location `json:"location,omitempty" doc:"Where it was heard. Absent if unknown."`
	Attack      []string  `json:"attack" nullable:"false" doc:"MITRE ATT&CK techniques."`
	Sensors     []string  `json:"sensors" nullable:"false" doc:"Radios that heard it."`
	FrameTime   time.Time `json:"frame_time,omitzero" doc:"When the frame that completed it was received, by the sensor's clock."`
	Frames      []uint64  `json:"frames" nullable:"false" doc:"Numbers, in their source, of frames that show it."`
	Suppressed  uint64    `json:"suppressed" doc:"Alerts of this fingerprint that the throttle held back since the one before."`
}

// Reason is why an alert was raised.
type Reason struct {
	What     string `json:"what" doc:"What differed or was counted."`
	Observed string `json:"observed" doc:"The value, with its unit."`
	Limit    string `json:"limit,omitempty" doc:"The value from which it is an alert. Absent where one occurrence is enough."`
}

// Location is the place of the radio that heard it.
type Location struct {
	Longitude float64   `json:"longitude" doc:"Degrees."`
	Latitude  float64   `json:"latitude" doc:"Degrees."`
	Altitude  *float64  `json:"altitude,omitempty" doc:"Metres. Absent if the receiver had no fix of it."`
	From      string    `json:"from,omitempty" enum:"packet,sensor,server" doc:"Whose place it is: packet came with the frame, sensor is set for the radio that heard it, server is the server's receiver. Absent if unknown."`
	Time      time.Time `json:"time,omitzero" doc:"When it was measured: by the sensor's clock with packet, else by the server's."`
}

// Message is one line of the server's log for clients.
type Message struct {
	Time time.Time `json:"time" doc:"Whole seconds."`
	Kind string    `json:"kind" enum:"info,error,alert,fatal" doc:"What it is about."`
	Text string    `json:"text" doc:"The message. May quote names from the air: never markup."`
}

// Lost tells the reader of a stream what it missed.
type Lost struct {
	Events uint64 `json:"events,omitempty" doc:"How many events of any type. Absent if that is not known, as after a restart of the server."`
	Advice string `json:"advice" doc:"What to do."`
}

func alertOf(a *tocsin.Alert) Alert {
	r := Alert{
		ID: a.ID.String(), Hash: a.Hash, Time: a.Time.UTC(), Header: a.Header, Class: string(a.Class),
		Severity: a.Severity.String(), Confidence: uint8(a.Confidence), Text: a.Text, Fingerprint: a.Fingerprint,
		BSSID: address(a.Transmitter), Source: address(a.Source), Destination: address(a.Dest), Other: address(a.Other),
		Channel: a.Channel, Frequency: a.Frequency, Signal: a.Signal, SSID: a.SSID, Phy: phy(a.Phy), Attack: list(a.Attack),
		Sensors: list(a.Sensors), FrameTime: moment(a.FrameTime), Frames: list(a.Frames), Suppressed: a.Suppressed,
	}
	if r.Channel == "0" { // the record's word for a frame that claims none
		r.Channel = ""
	}
	if len(a.Frames) == 0 { // the record has the time of the raise in its place
		r.FrameTime = time.Time{}
	}
	if a.Reason != (tocsin.Reason{}) {
		r.Reason = &Reason{What: a.Reason.What, Observed: a.Reason.Observed, Limit: a.Reason.Limit}
	}
	if l := a.Location; l != nil && finite(l.Longitude) && finite(l.Latitude) {
		r.Location = &Location{Longitude: l.Longitude, Latitude: l.Latitude, From: l.From.String(), Time: moment(l.Time)}
		if l.Fix >= 3 && finite(l.Altitude) {
			r.Location.Altitude = &l.Altitude
		}
	}
	return r
}

func messageOf(m *tocsin.Message) Message {
	kind := "info"
	switch {
	case m.Flags&tocsin.MessageFatal != 0:
		kind = "fatal"
	case m.Flags&tocsin.MessageAlert != 0:
		kind = "alert"
	case m.Flags&tocsin.MessageError != 0:
		kind = "error"
	}
	return Message{Time: m.Time.UTC(), Kind: kind, Text: m.Text}
}

// finite reports whether JSON can say x.
func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// address returns "" for an address that is not known.
func address(m tocsin.MAC) string {
	if m == (tocsin.MAC{}) {
		return ""
	}
	return m.String()
}

// moment keeps the zero time zero: it is left out of answers.
func moment(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC()
}

// list returns a list that is never null in JSON.
func list[T any](l []T) []T { return append([]T{}, l...) }

func phy(n int32) string {
	switch n {
	case tocsin.PhyWiFi:
		return "802.11"
	case tocsin.PhyBTLE:
		return "bluetooth-le"
	case tocsin.PhyAny:
		return "any"
	case tocsin.PhyUnknown:
		return "unknown"
	}
	return strconv.Itoa(int(n))
}
