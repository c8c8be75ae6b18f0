package v1

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// alertsIn asks for alerts.
type alertsIn struct {
	Limit       int       `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most on a page."`
	Cursor      string    `query:"cursor" maxLength:"64" doc:"next_cursor of the page before."`
	Header      []string  `query:"header" maxItems:"50" doc:"Only of these definitions: names, joined by commas, in any case."`
	Severity    string    `query:"severity" enum:"INFO,LOW,MEDIUM,HIGH,CRITICAL" doc:"At least as bad as this."`
	Class       string    `query:"class" maxLength:"64" doc:"Only of this class, in any case."`
	BSSID       string    `query:"bssid" maxLength:"17" example:"02:00:00:00:00:0A" doc:"Only of this network."`
	Source      string    `query:"source" maxLength:"17" example:"02:00:00:00:00:0B" doc:"Only from this address."`
	Fingerprint string    `query:"fingerprint" maxLength:"1024" doc:"Only with this fingerprint: the alerts of an incident."`
	From        time.Time `query:"from" doc:"Raised at this time or later, RFC 3339."`
	To          time.Time `query:"to" doc:"Raised before this time, RFC 3339."`
	Text        string    `query:"text" maxLength:"256" doc:"Only with these words in the text, in any case."`
}

func (in *alertsIn) query() (Query, error) {
	q := Query{
		AtLeast: parseSeverity(in.Severity), Class: tocsin.Class(strings.ToUpper(in.Class)), Fingerprint: in.Fingerprint,
		From: in.From, To: in.To, Text: in.Text,
	}
	var m mistakes
	for _, h := range in.Header {
		q.Headers = append(q.Headers, strings.ToUpper(strings.TrimSpace(h)))
	}
	q.BSSID = m.address("query.bssid", in.BSSID)
	q.Source = m.address("query.source", in.Source)
	if in.Cursor != "" {
		p, ok := parseCursor(in.Cursor)
		if !ok {
			m.add("query.cursor", "not a cursor: take next_cursor of the page before, or leave it out for the first page")
		}
		q.Before = &p
	}
	if !in.From.IsZero() && !in.To.IsZero() && !in.From.Before(in.To) {
		m.add("query.to", "not after from: no alert can match")
	}
	return q, m.err()
}

func (m *mistakes) address(location, s string) *tocsin.MAC {
	if s == "" {
		return nil
	}
	a, err := dot11.ParseAddr(s)
	if err != nil {
		m.add(location, "not an address: write for example 02:00:00:00:00:0A")
	}
	return &a
}

// parseSeverity reads one of the words that the description allows; INFO, the mildest, for "".
func parseSeverity(word string) tocsin.Severity {
	for _, s := range tocsin.Severities() {
		if s.String() == word {
			return s
		}
	}
	return tocsin.Info
}

func (h *Handler) alerts(ctx context.Context, in *alertsIn) (Page[Alert], error) {
	page := Page[Alert]{Items: []Alert{}}
	q, err := in.query()
	if err != nil {
		return page, err
	}
	q.Limit = in.Limit
	found, err := h.o.Records.Page(ctx, q)
	if err != nil {
		return page, err
	}
	for _, a := range found.Alerts {
		page.Items = append(page.Items, alertOf(a))
	}
	if found.Next != nil {
		page.Next = found.Next.cursor()
	}
	return page, nil
}

// idIn asks for one thing by its id.
type idIn struct {
	ID string `path:"id" maxLength:"64" doc:"The 26 characters of its id."`
}

func (h *Handler) alert(ctx context.Context, in *idIn) (Alert, error) {
	id, ok := parseID(in.ID)
	if !ok {
		return Alert{}, tocsin.Errorf(tocsin.NotFound, "That is no id of an alert: ids have 26 characters and are in the lists.")
	}
	a, err := h.o.Records.ByID(ctx, id)
	if err != nil {
		return Alert{}, err
	}
	return alertOf(a), nil
}

// messagesIn asks for messages.
type messagesIn struct {
	Limit int       `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most in the answer."`
	Kind  string    `query:"kind" enum:"info,error,alert,fatal" doc:"Only of this kind."`
	From  time.Time `query:"from" doc:"Of this time or later, RFC 3339."`
}

// Messages is the newest part of the log.
type Messages struct {
	Items []Message `json:"items" nullable:"false" doc:"What was asked for, newest first. The server keeps few."`
}

func (h *Handler) messages(_ context.Context, in *messagesIn) (Messages, error) {
	answer := Messages{Items: []Message{}}
	for _, m := range slices.Backward(h.o.Ledger.Messages()) {
		r := messageOf(&m)
		if in.Kind != "" && r.Kind != in.Kind || r.Time.Before(in.From) {
			continue
		}
		if len(answer.Items) == in.Limit {
			break
		}
		answer.Items = append(answer.Items, r)
	}
	return answer, nil
}
