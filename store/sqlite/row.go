package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
)

const (
	alertColumns = "time, id, hash, header, class, severity, phy, transmitter, source, dest, other, channel, frequency, text, " +
		"fingerprint, confidence, signal, frame_time, suppressed, reason_what, reason_observed, reason_limit, more"
	insertAlert = "INSERT INTO alerts (" + alertColumns + ", header_key) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)

// more is the JSON of what is seldom there. Texts are octets in it, because JSON cannot hold those that are not UTF-8.
type more struct {
	Attack   [][]byte  `json:"attack,omitempty"`
	Sensors  [][]byte  `json:"sensors,omitempty"`
	Frames   []uint64  `json:"frames,omitempty"`
	SSID     []byte    `json:"ssid,omitempty"`
	Location *location `json:"location,omitempty"`
}

type location struct {
	Longitude float64    `json:"longitude"`
	Latitude  float64    `json:"latitude"`
	Altitude  float64    `json:"altitude"`
	Speed     float64    `json:"speed,omitempty"`
	Heading   float64    `json:"heading,omitempty"`
	Fix       uint8      `json:"fix"`
	From      string     `json:"from,omitempty"`
	Time      *time.Time `json:"time,omitempty"`
}

func rowOf(a *tocsin.Alert) []any {
	var frameTime any
	if !a.FrameTime.IsZero() {
		frameTime = a.FrameTime.UnixNano()
	}
	return []any{
		a.Time.UnixMicro(), a.ID[:], int64(a.Hash), a.Header, string(a.Class), int64(a.Severity), int64(uint32(a.Phy)),
		a.Transmitter[:], a.Source[:], a.Dest[:], a.Other[:], a.Channel, int64(a.Frequency), a.Text,
		a.Fingerprint, int64(a.Confidence), int64(a.Signal), frameTime, int64(a.Suppressed),
		a.Reason.What, a.Reason.Observed, a.Reason.Limit, moreOf(a), store.NaturalKey(a.Header),
	}
}

// moreOf returns JSON, or nil if there is nothing more.
func moreOf(a *tocsin.Alert) any {
	m := more{Attack: octets(a.Attack), Sensors: octets(a.Sensors), Frames: a.Frames, SSID: []byte(a.SSID)}
	if l := a.Location; l != nil {
		m.Location = &location{
			Longitude: l.Longitude, Latitude: l.Latitude, Altitude: l.Altitude, Speed: l.Speed, Heading: l.Heading, Fix: l.Fix, From: l.From.String(),
		}
		if !l.Time.IsZero() {
			m.Location.Time = &l.Time
		}
	}
	if m.Attack == nil && m.Sensors == nil && len(m.Frames)+len(m.SSID) == 0 && m.Location == nil {
		return nil
	}
	b, err := json.Marshal(m)
	if err != nil { // a position that is no number
		m.Location = nil
		b, _ = json.Marshal(m)
	}
	return string(b)
}

func octets(list []string) [][]byte {
	var o [][]byte
	for _, s := range list {
		o = append(o, []byte(s))
	}
	return o
}

func texts(list [][]byte) []string {
	var t []string
	for _, b := range list {
		t = append(t, string(b))
	}
	return t
}

// scan reads the row of alertColumns that rows stands on.
func scan(rows *sql.Rows) (*tocsin.Alert, error) {
	var (
		a                                        tocsin.Alert
		at, phy, suppressed                      int64
		frameTime                                sql.NullInt64
		id, transmitter, source, dest, other, js sql.RawBytes
	)
	err := rows.Scan(&at, &id, &a.Hash, &a.Header, &a.Class, &a.Severity, &phy, &transmitter, &source, &dest, &other,
		&a.Channel, &a.Frequency, &a.Text, &a.Fingerprint, &a.Confidence, &a.Signal, &frameTime, &suppressed,
		&a.Reason.What, &a.Reason.Observed, &a.Reason.Limit, &js)
	if err != nil {
		return nil, err
	}
	a.Time, a.Phy, a.Suppressed = time.UnixMicro(at).UTC(), int32(uint32(phy)), uint64(suppressed)
	if frameTime.Valid {
		a.FrameTime = time.Unix(0, frameTime.Int64).UTC()
	}
	copy(a.ID[:], id)
	copy(a.Transmitter[:], transmitter)
	copy(a.Source[:], source)
	copy(a.Dest[:], dest)
	copy(a.Other[:], other)
	if len(js) == 0 {
		return &a, nil
	}
	var m more
	if err := json.Unmarshal(js, &m); err != nil {
		return nil, fmt.Errorf("alert %s: %w", a.ID, err)
	}
	a.Attack, a.Sensors, a.Frames, a.SSID = texts(m.Attack), texts(m.Sensors), m.Frames, string(m.SSID)
	if l := m.Location; l != nil {
		a.Location = &tocsin.Location{
			Longitude: l.Longitude, Latitude: l.Latitude, Altitude: l.Altitude, Speed: l.Speed, Heading: l.Heading, Fix: l.Fix,
			From: tocsin.ParseOrigin(l.From),
		}
		if l.Time != nil {
			a.Location.Time = l.Time.UTC()
		}
	}
	return &a, nil
}
