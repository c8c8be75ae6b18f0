package kismet

import (
	"context"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/store"
)

// alertsView answers a page of the alerts, sorted and searched.
func (h *handler) alertsView(q *request) (reply, error) {
	choices, err := viewChoices(q.json)
	if err != nil {
		return reply{}, err
	}
	fields := api.Select(api.AlertFields, choices)
	if !q.vars.Has("page") {
		return q.write(h.Ledger.Alerts(), fields), nil
	}
	page, err := number(q, "page")
	if err != nil {
		return reply{}, err
	}
	size, err := number(q, "length", "size")
	if err != nil {
		return reply{}, err
	}
	query := viewQuery(q, choices)
	query.Most = maxAnswer
	if size > 0 {
		size = min(size, maxAnswer)
		query.Most, query.Skip = size, min(page, math.MaxInt32/size)*size
	}
	found, err := h.page(q, query)
	if err == nil && query.Skip >= found.Found { // beyond the end is the first page, as clients of Kismet know it
		query.Skip = 0
		found, err = h.page(q, query)
	}
	if err != nil {
		return reply{}, err
	}
	pages := 0
	if size > 0 {
		pages = (found.Found + size - 1) / size
	}
	f := q.format
	b := append(make([]byte, 0, 128+recordSize*len(found.Alerts)), '{')
	b = appendAlerts(f.Key(b, 0, true, "data"), found.Alerts, fields, f, 1)
	b = strconv.AppendInt(f.Key(b, 0, false, "last_page"), int64(pages), 10)
	b = strconv.AppendInt(f.Key(b, 0, false, "last_row"), int64(found.Found), 10)
	b = strconv.AppendInt(f.Key(b, 0, false, "total_row"), int64(found.Total), 10)
	return reply{body: f.End(f.Close(b, 0, '}'))}, nil
}

func (q *request) write(list []*tocsin.Alert, fields []api.Field[tocsin.Alert]) reply {
	b := make([]byte, 0, 16+recordSize*len(list))
	return reply{body: appendAlerts(b, list, fields, q.format, 0)}
}

// page answers from the store, or from the backlog if nothing is kept.
func (h *handler) page(q *request, query store.Query) (store.Page, error) {
	if h.History == nil {
		return store.Select(h.Ledger.Alerts(), query), nil
	}
	ctx, cancel := context.WithTimeout(q.http.Context(), historyTimeout)
	defer cancel()
	p, err := h.History.Page(ctx, query)
	return p, tooLong(err)
}

// maxTerm bounds what is searched for.
const maxTerm = 256

// viewQuery reads by what to sort and what to search, and where.
func viewQuery(q *request, choices []api.Choice) store.Query {
	var query store.Query
	if c, ok := columns[strings.Trim(q.vars.Get("sort"), "/")]; ok {
		query.Sort = c
		query.Descending = descending(q)
	}
	term := q.vars.Get("search")
	if term == "" || len(choices) == 0 {
		return query
	}
	query.Term = term[:min(len(term), maxTerm)]
	for _, c := range choices {
		if column, ok := columns[strings.Trim(c.Path, "/")]; ok {
			query.In = append(query.In, column)
		}
	}
	return query
}

// columns are the members that can be sorted by and searched in.
var columns = map[string]store.Column{
	"kismet.alert.timestamp": store.Time, "kismet.alert.header": store.Header, "kismet.alert.class": store.Class,
	"kismet.alert.severity": store.Severity, "kismet.alert.phy_id": store.Phy, "kismet.alert.hash": store.Hash,
	"kismet.alert.transmitter_mac": store.Transmitter, "kismet.alert.source_mac": store.Source,
	"kismet.alert.dest_mac": store.Dest, "kismet.alert.other_mac": store.Other, "kismet.alert.channel": store.Channel,
	"kismet.alert.frequency": store.Frequency, "kismet.alert.text": store.Text,
	"tocsin.alert.id": store.Time, "tocsin.alert.fingerprint": store.Fingerprint, "tocsin.alert.confidence": store.Confidence,
	"tocsin.alert.signal": store.Signal, "tocsin.alert.frame_time": store.FrameTime, "tocsin.alert.suppressed": store.Suppressed,
}

// descending reads the direction as it is asked for. Kismet's server has it the wrong way round, and so has the web page
// that goes with it: for that page it stays so.
func descending(q *request) bool {
	direction := q.vars.Get("sort_dir")
	if isPeersPage(q) {
		return direction == "asc"
	}
	return strings.EqualFold(direction, "desc")
}

// isPeersPage reports whether the table of Kismet's web page asks. It alone sends the map of its columns, or the marks of
// the table that it had before; where those are missing, it is a script in a page of this server that asks by
// XMLHttpRequest and says so. A client that is neither sends none of them.
func isPeersPage(q *request) bool {
	o, _ := q.json.(map[string]any)
	for _, mark := range []string{"colmap", "datatable"} {
		if _, ok := o[mark]; ok {
			return true
		}
	}
	if q.vars.Has("draw") {
		return true
	}
	if q.http.Header.Get("X-Requested-With") != "XMLHttpRequest" {
		return false
	}
	page, err := url.Parse(q.http.Referer())
	return err == nil && page.Host != "" && page.Host == q.http.Host
}

// viewChoices reads the JSON of a view; elements of "fields" that are neither a name nor a pair are passed over.
func viewChoices(v any) ([]api.Choice, error) {
	if v == nil {
		return nil, nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, invalid("[json.exception.type_error.306] cannot use value() with " + kind(v))
	}
	given, ok := o["fields"]
	if !ok {
		return nil, nil
	}
	list, ok := given.([]any)
	if !ok {
		return nil, invalid("[json.exception.type_error.302] type must be array, but is " + kind(given))
	}
	var known []any
	for _, e := range list {
		switch e := e.(type) {
		case string:
			known = append(known, e)
		case []any:
			if len(e) != 2 {
				return nil, invalid("Invalid field map, expected [field, rename]")
			}
			known = append(known, e)
		}
	}
	choices, err := api.ParseChoices(known)
	if err != nil {
		return nil, invalid(err.Error())
	}
	return choices, nil
}

// number returns the first of the variables that was sent, 0 for none.
func number(q *request, names ...string) (int, error) {
	for _, name := range names {
		if !q.vars.Has(name) {
			continue
		}
		x, ok := parseNumber(q.vars.Get(name))
		if !ok {
			return 0, &refuse{http.StatusBadRequest, "Invalid request (pagination): unable to parse string value\n"}
		}
		if x < 0 {
			x = math.MaxInt32
		}
		return int(min(x, math.MaxInt32)), nil
	}
	return 0, nil
}
