package kismet

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

// alertsView answers a page of the alerts, sorted and searched.
func (h *handler) alertsView(q *request) (reply, error) {
	choices, err := viewChoices(q.json)
	if err != nil {
		return reply{}, err
	}
	all := h.Ledger.Alerts()
	fields := api.Select(api.AlertFields, choices)
	if !q.vars.Has("page") {
		b := make([]byte, 0, 16+recordSize*len(all))
		return reply{body: appendAlerts(b, all, fields, q.format, 0)}, nil
	}
	page, err := number(q, "page")
	if err != nil {
		return reply{}, err
	}
	size, err := number(q, "length", "size")
	if err != nil {
		return reply{}, err
	}
	list := slices.Clone(all)
	if term := q.vars.Get("search"); term != "" && len(choices) > 0 {
		list = search(list, choices, term)
	}
	if path := q.vars.Get("sort"); path != "" {
		sortAlerts(list, path, descending(q.vars.Get("sort_dir")))
	}
	found := len(list)
	pages := 0
	if size > 0 {
		pages = (found + size - 1) / size
		start := 0
		if page < pages {
			start = page * size
		}
		list = list[start:min(start+size, found)]
	}
	f := q.format
	b := append(make([]byte, 0, 128+recordSize*len(list)), '{')
	b = appendAlerts(f.Key(b, 0, true, "data"), list, fields, f, 1)
	b = strconv.AppendInt(f.Key(b, 0, false, "last_page"), int64(pages), 10)
	b = strconv.AppendInt(f.Key(b, 0, false, "last_row"), int64(found), 10)
	b = strconv.AppendInt(f.Key(b, 0, false, "total_row"), int64(len(all)), 10)
	return reply{body: f.End(f.Close(b, 0, '}'))}, nil
}

// descending reads a direction the way round that the tables of Kismet's web page show today.
func descending(direction string) bool { return direction == "asc" }

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

// sortKey is the value of one member of one record.
type sortKey struct {
	number float64
	text   string
}

func sortAlerts(list []*tocsin.Alert, path string, descending bool) {
	field, ok := api.Find(api.AlertFields, path)
	if !ok || field.Append == nil {
		return
	}
	keys := make(map[*tocsin.Alert]sortKey, len(list))
	for _, a := range list {
		value := field.Append(nil, a)
		var k sortKey
		if json.Unmarshal(value, &k.text) != nil {
			k.number, _ = strconv.ParseFloat(string(value), 64)
		}
		keys[a] = k
	}
	slices.SortStableFunc(list, func(a, b *tocsin.Alert) int {
		x, y := keys[a], keys[b]
		c := cmp.Or(cmp.Compare(x.number, y.number), compareNatural(x.text, y.text, field.Type == "string"))
		if descending {
			return -c
		}
		return c
	})
}

// compareNatural compares texts; decimal numbers in them count by their value where natural is set.
func compareNatural(a, b string, natural bool) int {
	for natural && a != "" && b != "" {
		if !isDigit(a[0]) || !isDigit(b[0]) {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		var x, y string
		x, a = cutNumber(a)
		y, b = cutNumber(b)
		if c := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); c != 0 {
			return c
		}
	}
	return cmp.Compare(a, b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// cutNumber returns the digits that s begins with, without leading zeros, and the rest.
func cutNumber(s string) (digits, rest string) {
	end := 0
	for end < len(s) && isDigit(s[end]) {
		end++
	}
	return strings.TrimLeft(s[:end], "0"), s[end:]
}

// search returns the alerts of which a chosen member contains term.
func search(list []*tocsin.Alert, choices []api.Choice, term string) []*tocsin.Alert {
	lower := strings.ToLower(term)
	octets := partialMAC(term)
	var fields []api.Field[tocsin.Alert]
	for _, c := range choices {
		if f, ok := api.Find(api.AlertFields, c.Path); ok && f.Append != nil {
			f.Name = c.Path
			fields = append(fields, f)
		}
	}
	return slices.DeleteFunc(list, func(a *tocsin.Alert) bool {
		return !slices.ContainsFunc(fields, func(f api.Field[tocsin.Alert]) bool {
			switch {
			case strings.Trim(f.Name, "/") == "kismet.alert.severity":
				return strings.Contains(strings.ToLower(a.Severity.String()), lower)
			case f.Type == "string":
				var s string
				return json.Unmarshal(f.Append(nil, a), &s) == nil && strings.Contains(strings.ToLower(s), lower)
			case f.Type == "mac_addr":
				return len(octets) > 0 && bytes.Contains(f.Append(nil, a), octets)
			}
			return false
		})
	})
}

// partialMAC returns the whole octets in s as they stand in an address; nil if s is something else.
func partialMAC(s string) []byte {
	var digits []byte
	for i := range len(s) {
		switch {
		case hexDigit(s[i]) >= 0:
			digits = append(digits, s[i])
		case s[i] != ':':
			return nil
		}
	}
	var octets []byte
	for i := 0; i+1 < len(digits); i += 2 {
		if i > 0 {
			octets = append(octets, ':')
		}
		octets = append(octets, digits[i], digits[i+1])
	}
	return bytes.ToUpper(octets)
}
