package kismet

import (
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

// AppendAlert appends the record of a as a line of all_alerts.itjson, without its newline.
func AppendAlert(b []byte, a *tocsin.Alert) []byte {
	return api.AppendRecord(b, a, api.AlertFields, api.Lines, 0)
}

// recordSize is what a record takes, about.
const recordSize = 1500

func appendAlerts(b []byte, list []*tocsin.Alert, fields []api.Field[tocsin.Alert], f api.Format, depth int) []byte {
	return api.AppendList(b, len(list), f, depth, func(b []byte, i int) []byte {
		return api.AppendRecord(b, list[i], fields, f, depth+1)
	})
}

func (q *request) alerts(list []*tocsin.Alert) (reply, error) {
	fields, err := selected(q, api.AlertFields)
	if err != nil {
		return reply{}, err
	}
	b := make([]byte, 0, 16+recordSize*len(list))
	return reply{body: appendAlerts(b, list, fields, q.format, 0)}, nil
}

func (h *handler) allAlerts(q *request) (reply, error) { return q.alerts(h.Ledger.Alerts()) }

func (h *handler) alertsSince(q *request) (reply, error) {
	list, err := h.since(q)
	if err != nil {
		return reply{}, err
	}
	return q.alerts(list)
}

// since returns the alerts later than the time in the path; a negative one is that many seconds ago.
func (h *handler) since(q *request) ([]*tocsin.Alert, error) {
	after, ok := parseSeconds(q.params["ts"], h.Now())
	if !ok {
		return nil, &refuse{http.StatusBadRequest, "{}"}
	}
	all := h.Ledger.Alerts()
	var list []*tocsin.Alert
	for _, a := range all {
		if a.Time.UnixMicro() > after {
			list = append(list, a)
		}
	}
	return list, nil
}

func (h *handler) wrappedAlerts(q *request) (reply, error) {
	list, err := h.since(q)
	if err != nil {
		return reply{}, err
	}
	fields, err := selected(q, api.AlertFields)
	if err != nil {
		return reply{}, err
	}
	f := q.format
	b := append(make([]byte, 0, 128+recordSize*len(list)), '{')
	b = f.Member(b, 0, true, "kismet.alert.list", "vector[x]", "alerts")
	b = appendAlerts(b, list, fields, f, 1)
	b = f.Member(b, 0, false, "kismet.alert.timestamp", "double", "time of the server, Unix seconds")
	b = api.AppendTime(b, h.Now())
	return reply{body: f.End(f.Close(b, 0, '}'))}, nil
}

func (h *handler) alertByID(q *request) (reply, error) {
	hash, ok := parseUint32(q.params["id"])
	if !ok {
		return reply{}, failed("unable to parse string value")
	}
	fields, err := selected(q, api.AlertFields)
	if err != nil {
		return reply{}, err
	}
	a, ok := h.Ledger.ByHash(hash)
	if !ok {
		return text(http.StatusNotFound, "{}")
	}
	return reply{body: q.format.End(api.AppendRecord(nil, a, fields, q.format, 0))}, nil
}

// parseSeconds reads the longest number that s begins with as Unix seconds, and returns microseconds.
func parseSeconds(s string, now time.Time) (us int64, ok bool) {
	x, ok := parseNumber(s)
	if !ok {
		return 0, false
	}
	if x < 0 {
		x += float64(now.UnixMicro()) / 1e6
	}
	return int64(math.Round(min(max(x, 0), 1e12) * 1e6)), true
}

// parseNumber reads the longest number that s begins with.
func parseNumber(s string) (float64, bool) {
	if len(s) > 64 {
		s = s[:64]
	}
	// Letters begin what ParseFloat would read as infinity, not a number or hexadecimal.
	end := 0
	for end < len(s) && (s[end] >= '0' && s[end] <= '9' || s[end] == '.' || s[end] == '+' || s[end] == '-' || s[end]|0x20 == 'e') {
		end++
	}
	for ; end > 0; end-- {
		if x, err := strconv.ParseFloat(s[:end], 64); err == nil {
			return x, true
		}
	}
	return 0, false
}

// parseUint32 reads the longest whole number that s begins with; a negative one wraps.
func parseUint32(s string) (uint32, bool) {
	if len(s) > 20 {
		s = s[:20]
	}
	for end := len(s); end > 0; end-- {
		if n, err := strconv.ParseInt(s[:end], 10, 64); err == nil {
			return uint32(n), n >= math.MinInt32 && n <= math.MaxUint32
		}
	}
	return 0, false
}
