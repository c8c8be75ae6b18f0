package v1

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Silence says of which incidents people are not told for a while. They are recorded and shown all the same.
type Silence struct {
	ID      string    `json:"id" pattern:"^[0-9A-HJKMNP-TV-Z]{26}$" doc:"Sorts by time."`
	State   string    `json:"state" enum:"pending,active,over" doc:"active: in force now. pending: it will be."`
	Matcher Matcher   `json:"matcher" doc:"Which incidents it is about."`
	Comment string    `json:"comment" doc:"Why, as it was written: never markup."`
	By      string    `json:"by" doc:"Name of the token, or of the administrator."`
	Made    time.Time `json:"made" doc:"By the server's clock."`
	Starts  time.Time `json:"starts" doc:"In force from then on."`
	Ends    time.Time `json:"ends" doc:"And no longer from then on."`
	Weekly  bool      `json:"weekly" doc:"In force again every 168 hours, until it is expired."`

	Expired   time.Time `json:"expired,omitzero" doc:"When somebody ended it. Absent if nobody did."`
	ExpiredBy string    `json:"expired_by,omitempty" doc:"Who that was."`
}

// Matcher chooses incidents by their newest alert. All members that are there must fit, and one at least must be there.
type Matcher struct {
	Header string `json:"header,omitempty" maxLength:"64" doc:"Name of the definition, in any case."`
	Class  string `json:"class,omitempty" maxLength:"64" doc:"In any case."`
	AtMost string `json:"severity_at_most,omitempty" enum:"INFO,LOW,MEDIUM,HIGH,CRITICAL" doc:"No alert of the incident was worse than this."`
	MAC    string `json:"mac,omitempty" maxLength:"35" doc:"Any address of the alert: one, one with a mask after a slash, or the beginning of one and an asterisk, as 02:00:00:*."`
	BSSID  string `json:"bssid,omitempty" maxLength:"35" doc:"The network, likewise."`
	SSID   string `json:"ssid,omitempty" maxLength:"256" doc:"Name of the network: * stands for any octets, ? for one. A backslash takes that from the sign after it, and \\xNN is an octet. Whoever uses the name is silenced."`
	Sensor string `json:"sensor,omitempty" maxLength:"256" doc:"One of the radios that heard it, likewise."`
}

func (m *mistakes) matcher(in *Matcher) tocsin.Matcher {
	out := tocsin.Matcher{
		Header: strings.ToUpper(strings.TrimSpace(in.Header)), Class: tocsin.Class(strings.ToUpper(strings.TrimSpace(in.Class))),
		Address: m.mask("body.matcher.mac", in.MAC), BSSID: m.mask("body.matcher.bssid", in.BSSID),
		SSID: m.glob("body.matcher.ssid", in.SSID), Sensor: m.glob("body.matcher.sensor", in.Sensor),
	}
	if in.AtMost != "" {
		out.AtMost = new(parseSeverity(in.AtMost))
	}
	if !out.Names() && len(*m) == 0 {
		m.add("body.matcher", "name at least one thing that the incidents have: header, class, severity_at_most, mac, bssid, ssid or sensor")
	}
	return out
}

// mask reads addresses that are meant; nil for "".
func (m *mistakes) mask(location, s string) *tocsin.MACMask {
	if s == "" {
		return nil
	}
	if begin, ok := strings.CutSuffix(s, ":*"); ok {
		missing := 5 - strings.Count(begin, ":")
		if missing >= 0 {
			s = begin + strings.Repeat(":00", missing) + "/FF" + strings.Repeat(":FF", 5-missing) + strings.Repeat(":00", missing)
		}
	}
	mask, err := tocsin.ParseMACMask(s)
	if err != nil {
		m.add(location, "not an address: write for example 02:00:00:00:00:0A, 02:00:00:* or 02:00:00:00:00:00/FF:FF:FF:00:00:00")
		return nil
	}
	return &mask
}

// glob reads a pattern; nil for "".
func (m *mistakes) glob(location, s string) *tocsin.Glob {
	if s == "" {
		return nil
	}
	g, err := tocsin.ParseGlob(s)
	if err != nil {
		m.add(location, err.Error())
		return nil
	}
	return &g
}

func silenceOf(s *tocsin.Silence, now time.Time) Silence {
	m := &s.Matcher
	r := Silence{
		ID: s.ID.String(), State: "pending", Comment: s.Comment, By: s.By, Made: s.Made.UTC(), Starts: s.Starts.UTC(), Ends: s.Ends.UTC(),
		Weekly: s.Weekly, Expired: moment(s.Expired), ExpiredBy: s.ExpiredBy,
		Matcher: Matcher{
			Header: m.Header, Class: string(m.Class), MAC: textOf(m.Address), BSSID: textOf(m.BSSID), SSID: textOf(m.SSID),
			Sensor: textOf(m.Sensor), AtMost: textOf(m.AtMost),
		},
	}
	for _, at := range []time.Time{s.Made, s.Expired} { // which the clock of records may have put a little later
		if at.After(now) {
			now = at
		}
	}
	switch {
	case s.Over(now):
		r.State = "over"
	case s.InForce(now):
		r.State = "active"
	}
	return r
}

// textOf returns "" for what is not there.
func textOf[T interface{ String() string }](v *T) string {
	if v == nil {
		return ""
	}
	return (*v).String()
}

// silencesIn asks for silences.
type silencesIn struct {
	Limit  int      `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most on a page."`
	Cursor string   `query:"cursor" maxLength:"64" doc:"next_cursor of the page before."`
	State  []string `query:"state" maxItems:"3" enum:"pending,active,over" doc:"Only in one of these states, joined by commas."`
}

func (h *Handler) silences(_ context.Context, in *silencesIn) (Page[Silence], error) {
	page := Page[Silence]{Items: []Silence{}}
	before, ok := parseID(in.Cursor)
	if in.Cursor != "" && !ok {
		var m mistakes
		m.add("query.cursor", "not a cursor: take next_cursor of the page before, or leave it out for the first page")
		return page, m.err()
	}
	now := h.o.Now()
	for _, s := range slices.Backward(h.o.Ledger.Silences()) {
		one := silenceOf(&s, now)
		if in.Cursor != "" && slices.Compare(s.ID[:], before[:]) >= 0 || len(in.State) > 0 && !slices.Contains(in.State, one.State) {
			continue
		}
		if len(page.Items) == in.Limit {
			page.Next = page.Items[in.Limit-1].ID
			break
		}
		page.Items = append(page.Items, one)
	}
	return page, nil
}

func (h *Handler) silence(_ context.Context, in *idIn) (Silence, error) {
	id, _ := parseID(in.ID)
	list := h.o.Ledger.Silences()
	if at := slices.IndexFunc(list, func(s tocsin.Silence) bool { return s.ID == id }); at >= 0 {
		return silenceOf(&list[at], h.o.Now()), nil
	}
	return Silence{}, tocsin.Errorf(tocsin.NotFound, "There is no silence of that id, or it is no longer kept.")
}

// silenceIn asks for a silence to be made.
type silenceIn struct {
	Body struct {
		Matcher Matcher   `json:"matcher" doc:"Which incidents it is about."`
		Comment string    `json:"comment" minLength:"1" maxLength:"1024" doc:"Why, for whoever looks for what was not told."`
		Starts  time.Time `json:"starts,omitzero" doc:"When it begins, RFC 3339; at once if absent."`
		Ends    time.Time `json:"ends" doc:"When it ends, RFC 3339."`
		Weekly  bool      `json:"weekly,omitempty" doc:"Again every 168 hours, until it is expired."`
	}
}

func (h *Handler) makeSilence(ctx context.Context, in *silenceIn) (made Silence, isNew bool, err error) {
	var m mistakes
	b := &in.Body
	s := tocsin.Silence{Matcher: m.matcher(&b.Matcher), By: caller(ctx).Name, Comment: b.Comment, Starts: b.Starts, Ends: b.Ends, Weekly: b.Weekly}
	for name, at := range map[string]time.Time{"starts": b.Starts, "ends": b.Ends} {
		if year := at.UTC().Year(); !at.IsZero() && (year < 1970 || year > 9999) {
			m.add("body."+name, "not a year of this clock")
		}
	}
	if err := m.err(); err != nil {
		return Silence{}, false, err
	}
	s, isNew, err = h.o.Ledger.Silence(ctx, s)
	if err != nil {
		return Silence{}, false, err
	}
	return silenceOf(&s, h.o.Now()), isNew, nil
}

func (h *Handler) expireSilence(ctx context.Context, in *idIn) (Silence, error) {
	id, _ := parseID(in.ID)
	s, err := h.o.Ledger.Expire(ctx, id, caller(ctx).Name)
	if err != nil {
		return Silence{}, err
	}
	return silenceOf(&s, h.o.Now()), nil
}
