package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/tocsin-wids/tocsin"
)

type jsonFile struct {
	File      string         `json:"file"`
	Packets   uint64         `json:"packets"`
	Bytes     uint64         `json:"bytes"`
	First     *time.Time     `json:"first,omitempty"`
	Last      *time.Time     `json:"last,omitempty"`
	Networks  int            `json:"networks"`
	Warnings  []string       `json:"warnings"`
	Error     string         `json:"error,omitempty"`
	Incidents []jsonIncident `json:"incidents"`
}

type jsonIncident struct {
	ID          string     `json:"id"`
	Header      string     `json:"header"`
	Title       string     `json:"title"`
	Class       string     `json:"class"`
	Severity    string     `json:"severity"`
	Confidence  uint8      `json:"confidence"`
	Count       uint64     `json:"count"`
	First       time.Time  `json:"first"`
	Last        time.Time  `json:"last"`
	BSSID       string     `json:"bssid"`
	Source      string     `json:"source"`
	Destination string     `json:"destination"`
	Channel     string     `json:"channel"`
	Frequency   uint32     `json:"frequency_khz"`
	Text        string     `json:"text"`
	Reason      jsonReason `json:"reason"`
	Location    *jsonPlace `json:"location,omitempty"` // of the radio that heard its newest alert
	Attack      []string   `json:"attack"`
	Frames      []uint64   `json:"frames"`
	Advice      string     `json:"advice"`
	InhibitedBy string     `json:"inhibited_by,omitempty"` // the incident that explains this one
}

type jsonReason struct {
	What     string `json:"what"`
	Observed string `json:"observed"`
	Limit    string `json:"limit"`
}

type jsonPlace struct {
	Latitude  float64  `json:"latitude"`
	Longitude float64  `json:"longitude"`
	Altitude  *float64 `json:"altitude,omitempty"`
	From      string   `json:"from"`
}

// JSON prints one document: {"files": [...]}, each with its incidents. Times are RFC 3339 in UTC.
func JSON(w io.Writer, files []File, o Options) error {
	doc := struct {
		Files []jsonFile `json:"files"`
	}{[]jsonFile{}}
	for _, f := range files {
		doc.Files = append(doc.Files, jsonOf(f, o))
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(doc)
}

func jsonOf(f File, o Options) jsonFile {
	j := jsonFile{
		File: f.Name, Packets: f.Packets, Bytes: f.Bytes, Networks: f.Networks,
		Warnings: append([]string{}, f.Warnings...), Incidents: []jsonIncident{},
	}
	if f.Packets > 0 {
		first, last := time.Unix(0, int64(f.First)).UTC(), time.Unix(0, int64(f.Last)).UTC()
		j.First, j.Last = &first, &last
	}
	if f.Error != nil {
		j.Error = f.Error.Error()
	}
	for _, i := range f.Incidents {
		j.Incidents = append(j.Incidents, jsonOfIncident(i, o))
	}
	return j
}

func jsonOfIncident(i tocsin.Incident, o Options) jsonIncident {
	a, guide := i.Last, o.guide(i.Last.Header)
	j := jsonIncident{
		ID: i.ID.String(), Header: a.Header, Title: guide.Title, Class: string(a.Class), Severity: i.MaxSeverity.String(),
		Confidence: uint8(a.Confidence), Count: i.Count, First: i.FirstSeen.UTC(), Last: i.LastSeen.UTC(),
		BSSID: a.Transmitter.String(), Source: a.Source.String(), Destination: a.Dest.String(),
		Channel: a.Channel, Frequency: a.Frequency, Text: a.Text,
		Reason: jsonReason{a.Reason.What, a.Reason.Observed, a.Reason.Limit},
		Attack: append([]string{}, a.Attack...), Frames: append([]uint64{}, a.Frames...), Advice: guide.Advice,
	}
	if l := a.Location; l != nil {
		j.Location = &jsonPlace{Latitude: l.Latitude, Longitude: l.Longitude, From: l.From.String()}
		if l.Fix >= 3 {
			j.Location.Altitude = &l.Altitude
		}
	}
	if i.Inhibitor != (tocsin.ID{}) {
		j.InhibitedBy = i.Inhibitor.String()
	}
	return j
}
