package kismet

import (
	"context"
	"math"
	"net/http"
	"strconv"
	"sync"
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

// lists are the bodies of all_alerts, by format, until the next alert: many clients ask for the same every second.
type lists struct {
	mu      sync.Mutex
	version uint64
	bodies  map[api.Format][]byte
}

// maxCached is the largest body that is remembered, of five formats at most.
const maxCached = 4 << 20

func (h *handler) allAlerts(q *request) (reply, error) {
	if q.json != nil { // members are chosen
		return q.alerts(h.Ledger.Alerts())
	}
	version := h.Ledger.Version() // before the records: what comes between is not taken for known
	h.lists.mu.Lock()
	defer h.lists.mu.Unlock()
	if h.lists.bodies == nil || h.lists.version != version {
		h.lists.version, h.lists.bodies = version, map[api.Format][]byte{}
	}
	if body, ok := h.lists.bodies[q.format]; ok {
		return reply{body: body}, nil
	}
	a, err := q.alerts(h.Ledger.Alerts())
	if err == nil && len(a.body) <= maxCached {
		h.lists.bodies[q.format] = a.body
	}
	return a, err
}

func (h *handler) alertsSince(q *request) (reply, error) {
	list, _, err := h.since(q)
	if err != nil {
		return reply{}, err
	}
	return q.alerts(list)
}

// since returns the alerts later than the time in the path, oldest first, and the time to ask for next. A negative time
// is that many seconds ago; 0 is the backlog, as clients of Kismet expect when they start. From the store come at most
// maxAnswer.
func (h *handler) since(q *request) (list []*tocsin.Alert, next time.Time, err error) {
	us, ok := parseSeconds(q.params["ts"], h.Now())
	if !ok {
		return nil, next, &refuse{http.StatusBadRequest, "{}"}
	}
	after := time.UnixMicro(us)
	list, next, whole := h.Ledger.Recent(after)
	if whole || us == 0 || h.History == nil {
		return list, next, nil
	}
	ctx, cancel := context.WithTimeout(q.http.Context(), historyTimeout)
	defer cancel()
	kept, err := h.History.Since(ctx, after, maxAnswer+1)
	if err != nil {
		return nil, next, tooLong(err)
	}
	if len(kept) > maxAnswer {
		kept = kept[:maxAnswer]
		return kept, kept[maxAnswer-1].Time, nil
	}
	// What is shown but could not be kept is newer than all that is kept.
	for _, a := range list {
		if len(kept) == 0 || a.Time.After(kept[len(kept)-1].Time) {
			kept = append(kept, a)
		}
	}
	if n := len(kept); n > 0 && kept[n-1].Time.After(next) {
		next = kept[n-1].Time
	}
	return kept, next, nil
}

func (h *handler) wrappedAlerts(q *request) (reply, error) {
	list, next, err := h.since(q)
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
	b = f.Member(b, 0, false, "kismet.alert.timestamp", "double", "time to ask for next, Unix seconds")
	b = api.AppendTime(b, next)
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
	a, err := h.byHash(q, hash)
	if tocsin.ErrorCode(err) == tocsin.NotFound {
		return text(http.StatusNotFound, "{}")
	}
	if err != nil {
		return reply{}, err
	}
	return reply{body: q.format.End(api.AppendRecord(nil, a, fields, q.format, 0))}, nil
}

// byHash looks in the backlog first: that is where the client has the hash from.
func (h *handler) byHash(q *request, hash uint32) (*tocsin.Alert, error) {
	if a, ok := h.Ledger.ByHash(hash); ok {
		return a, nil
	}
	if h.History == nil {
		return nil, tocsin.Errorf(tocsin.NotFound, "no such alert")
	}
	ctx, cancel := context.WithTimeout(q.http.Context(), historyTimeout)
	defer cancel()
	a, err := h.History.ByHash(ctx, hash)
	return a, tooLong(err)
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
