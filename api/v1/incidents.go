package v1

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Incident is all that was found of one fingerprint without a long silence, and what people did about it.
type Incident struct {
	ID          string    `json:"id" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" doc:"Of the alert that opened it. Sorts by time."`
	Fingerprint string    `json:"fingerprint" doc:"What its alerts have in common."`
	Header      string    `json:"header" doc:"Name of the definition."`
	State       string    `json:"state" enum:"open,acknowledged,resolved" doc:"How far people are with it. An alert of a resolved one opens it again."`
	FirstSeen   time.Time `json:"first_seen" doc:"By the clock of the frames, where there are any."`
	LastSeen    time.Time `json:"last_seen" doc:"By the same clock."`
	Count       uint64    `json:"count" doc:"Findings, those that the throttle held back included."`
	MaxSeverity string    `json:"max_severity" enum:"INFO,LOW,MEDIUM,HIGH,CRITICAL" doc:"Of its worst alert."`
	InhibitedBy string    `json:"inhibited_by,omitempty" doc:"Incident that explains this one: an effect of the same attack, of which people are not told. Absent if none does."`
	SilencedBy  string    `json:"silenced_by,omitempty" doc:"Silence in force that matches it: people are not told of it. Absent if none does."`
	Changes     []Change  `json:"changes" nullable:"false" doc:"Of its state, oldest first: the newest hundred."`
	LastAlert   Alert     `json:"last_alert" doc:"The newest record."`
}

// Change is one entry of the log of what was done about an incident. It never changes.
type Change struct {
	Time    time.Time `json:"time" doc:"By the server's clock."`
	State   string    `json:"state" enum:"open,acknowledged,resolved" doc:"That the incident has since then."`
	By      string    `json:"by,omitempty" doc:"Name of the token, or of the administrator. Absent if it was the server, because an alert came."`
	Comment string    `json:"comment,omitempty" doc:"As it was written: never markup."`
}

func incidentOf(i *tocsin.Incident) Incident {
	r := Incident{
		ID: i.ID.String(), Fingerprint: i.Last.Fingerprint, Header: i.Last.Header, State: i.State.String(), FirstSeen: moment(i.FirstSeen),
		LastSeen: moment(i.LastSeen), Count: i.Count, MaxSeverity: i.MaxSeverity.String(), InhibitedBy: idOrNone(i.Inhibitor),
		SilencedBy: idOrNone(i.Silence), Changes: []Change{}, LastAlert: alertOf(i.Last),
	}
	for _, c := range i.Changes {
		r.Changes = append(r.Changes, Change{Time: c.Time.UTC(), State: c.To.String(), By: c.By, Comment: c.Comment})
	}
	return r
}

// idOrNone returns "" for no ID.
func idOrNone(id tocsin.ID) string {
	if id == (tocsin.ID{}) {
		return ""
	}
	return id.String()
}

// incidentsIn asks for incidents.
type incidentsIn struct {
	Limit     int       `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most on a page."`
	Cursor    string    `query:"cursor" maxLength:"64" doc:"next_cursor of the page before."`
	State     []string  `query:"state" maxItems:"3" enum:"open,acknowledged,resolved" doc:"Only in one of these states, joined by commas."`
	Silenced  string    `query:"silenced" enum:"true,false" doc:"Only those that a silence in force matches; only the others."`
	Inhibited string    `query:"inhibited" enum:"true,false" doc:"Only those that another incident explains; only the others."`
	Header    []string  `query:"header" maxItems:"50" doc:"Only of these definitions: names, joined by commas, in any case."`
	Severity  string    `query:"severity" enum:"INFO,LOW,MEDIUM,HIGH,CRITICAL" doc:"At least as bad as this."`
	Class     string    `query:"class" maxLength:"64" doc:"Only of this class, in any case."`
	MAC       string    `query:"mac" maxLength:"35" example:"02:00:00:*" doc:"Only if the newest alert has such an address: one, one with a mask after a slash, or the beginning of one and an asterisk."`
	SSID      string    `query:"ssid" maxLength:"256" doc:"Only if the newest alert is about a network of this name: * stands for any octets, ? for one, a backslash takes that from the sign after it."`
	Since     time.Time `query:"seen_since" doc:"Still seen at this time or later, RFC 3339, by the clock of the frames."`
	Before    time.Time `query:"seen_before" doc:"First seen before this time, RFC 3339, by the same clock."`
}

// wanted returns what chooses incidents.
func (in *incidentsIn) wanted() (func(*tocsin.Incident) bool, error) {
	var m mistakes
	before, ok := parseID(in.Cursor)
	if in.Cursor != "" && !ok {
		m.add("query.cursor", "not a cursor: take next_cursor of the page before, or leave it out for the first page")
	}
	for n, header := range in.Header {
		in.Header[n] = strings.ToUpper(strings.TrimSpace(header))
	}
	// What silences match by, questions do too.
	who := tocsin.Matcher{
		Class: tocsin.Class(strings.ToUpper(in.Class)), Address: m.mask("query.mac", in.MAC), SSID: m.glob("query.ssid", in.SSID),
	}
	return func(i *tocsin.Incident) bool {
		switch {
		case in.Cursor != "" && slices.Compare(i.ID[:], before[:]) >= 0,
			len(in.State) > 0 && !slices.Contains(in.State, i.State.String()),
			in.Silenced != "" && (in.Silenced == "true") != (i.Silence != tocsin.ID{}),
			in.Inhibited != "" && (in.Inhibited == "true") != (i.Inhibitor != tocsin.ID{}),
			len(in.Header) > 0 && !slices.Contains(in.Header, i.Last.Header),
			i.MaxSeverity < parseSeverity(in.Severity),
			who.Names() && !who.Match(i),
			!in.Since.IsZero() && i.LastSeen.Before(in.Since),
			!in.Before.IsZero() && !i.FirstSeen.Before(in.Before):
			return false
		}
		return true
	}, m.err()
}

// incidents pages by the id: unlike the time an incident was last seen it never changes, so no page skips one.
func (h *Handler) incidents(_ context.Context, in *incidentsIn) (Page[Incident], error) {
	page := Page[Incident]{Items: []Incident{}}
	wanted, err := in.wanted()
	if err != nil {
		return page, err
	}
	all := h.o.Ledger.Incidents()
	slices.SortFunc(all, func(a, b tocsin.Incident) int { return slices.Compare(b.ID[:], a.ID[:]) })
	for n := range all {
		if !wanted(&all[n]) {
			continue
		}
		if len(page.Items) == in.Limit {
			page.Next = page.Items[in.Limit-1].ID
			break
		}
		page.Items = append(page.Items, incidentOf(&all[n]))
	}
	return page, nil
}

func (h *Handler) incident(_ context.Context, in *idIn) (Incident, error) {
	id, _ := parseID(in.ID) // what is no id is that of no incident
	i, err := h.o.Ledger.Incident(id)
	if err != nil {
		return Incident{}, err
	}
	return incidentOf(&i), nil
}

// changeIn asks for a change of an incident's state.
type changeIn struct {
	ID   string `path:"id" maxLength:"64" doc:"The 26 characters of its id."`
	Body struct {
		Comment string `json:"comment,omitempty" maxLength:"1024" doc:"For whoever looks at the incident later."`
	}
}

// change returns what gives an incident a state.
func (h *Handler) change(to tocsin.IncidentState) func(context.Context, *changeIn) (Incident, error) {
	return func(ctx context.Context, in *changeIn) (Incident, error) {
		id, _ := parseID(in.ID)
		i, err := h.o.Ledger.Change(ctx, tocsin.Change{Incident: id, To: to, By: caller(ctx).Name, Comment: in.Body.Comment})
		if err != nil {
			return Incident{}, err
		}
		return incidentOf(&i), nil
	}
}
