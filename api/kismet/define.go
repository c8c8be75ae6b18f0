package kismet

import (
	"errors"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/dot11"
)

type definition = alert.DefinitionState

var definitionFields = []api.Field[alert.DefinitionState]{
	{Name: "kismet.alert.definition.header", Type: "string", Help: "name of the alert",
		Append: func(b []byte, d *definition) []byte { return api.AppendString(b, d.Header) }},
	{Name: "kismet.alert.definition.class", Type: "string", Help: "what the alert is about",
		Append: func(b []byte, d *definition) []byte { return api.AppendString(b, string(d.Class)) }},
	{Name: "kismet.alert.definition.severity", Type: "uint8_t", Help: "0 info, 5 low, 10 medium, 15 high, 20 critical",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendUint(b, uint64(d.Severity), 10) }},
	{Name: "kismet.alert.definition.description", Type: "string", Help: "what it means",
		Append: func(b []byte, d *definition) []byte { return api.AppendString(b, d.Description) }},
	{Name: "kismet.alert.definition.phyid", Type: "int32_t", Help: "number of the kind of radio, -1 any, -2 unknown",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendInt(b, int64(d.Phy), 10) }},
	{Name: "kismet.alert.definition.limit_unit", Type: "uint8_t", Help: "0 second, 1 minute, 2 hour, 3 day",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendUint(b, uint64(d.Throttle.Limit.Unit), 10) }},
	{Name: "kismet.alert.definition.limit_rate", Type: "uint32_t", Help: "alerts in that unit, 0 turns it off",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendInt(b, int64(d.Throttle.Limit.Count), 10) }},
	{Name: "kismet.alert.definition.burst_unit", Type: "uint8_t", Help: "0 second, 1 minute, 2 hour, 3 day",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendUint(b, uint64(d.Throttle.Burst.Unit), 10) }},
	{Name: "kismet.alert.definition.limit_burst", Type: "uint32_t", Help: "alerts in that unit",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendInt(b, int64(d.Throttle.Burst.Count), 10) }},
	{Name: "kismet.alert.definition.burst_sent", Type: "int32_t", Help: "counter of the burst",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendInt(b, int64(d.BurstSent), 10) }},
	{Name: "kismet.alert.definition.total_sent", Type: "int32_t", Help: "counter of the limit",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendInt(b, int64(d.TotalSent), 10) }},
	{Name: "kismet.alert.definition.time_last", Type: "double", Help: "when it was last raised, Unix seconds, 0 for never",
		Append: func(b []byte, d *definition) []byte { return api.AppendTime(b, d.Last) }},
	{Name: "tocsin.alert.definition.title", Type: "string", Help: "a few words",
		Append: func(b []byte, d *definition) []byte { return api.AppendString(b, d.Title) }},
	{Name: "tocsin.alert.definition.confidence", Type: "uint8_t", Help: "probability in percent that it is true, 0 if unknown",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendUint(b, uint64(d.Confidence), 10) }},
	{Name: "tocsin.alert.definition.attack", Type: "vector[string]", Help: "MITRE ATT&CK techniques",
		Append: func(b []byte, d *definition) []byte { return api.AppendStrings(b, d.Attack) }},
	{Name: "tocsin.alert.definition.suppressed", Type: "uint64_t", Help: "alerts held back since the start",
		Append: func(b []byte, d *definition) []byte { return strconv.AppendUint(b, d.Suppressed, 10) }},
}

func (h *handler) definitions(q *request) (reply, error) {
	fields, err := selected(q, definitionFields)
	if err != nil {
		return reply{}, err
	}
	list := h.Ledger.Definitions()
	b := make([]byte, 0, 16+800*len(list))
	return reply{body: api.AppendList(b, len(list), q.format, 0, func(b []byte, i int) []byte {
		return api.AppendRecord(b, &list[i], fields, q.format, 1)
	})}, nil
}

// phys are the names that clients may give to a kind of radio, with its number.
var phys = map[string]int32{
	"": tocsin.PhyAny, "any": tocsin.PhyAny, "IEEE802.11": tocsin.PhyWiFi, "RFSENSOR": 1, "Z-Wave": 2, "Bluetooth": 3, "UAV": 4,
	"NrfMousejack": 5, "BTLE": tocsin.PhyBTLE, "METER": 7, "ADSB": 8, "802.15.4": 9, "RADIATION": 10,
}

func (h *handler) define(q *request) (reply, error) {
	o, err := q.object()
	if err != nil {
		return reply{}, err
	}
	d, err := parseDefinition(o)
	if err != nil {
		return reply{}, err
	}
	err = h.Ledger.DefineExternal(d)
	switch {
	case err == nil:
		return reply{}, nil
	case tocsin.ErrorCode(err) == tocsin.Exists:
		return text(http.StatusServiceUnavailable, "Could not define alert\n")
	case errors.Is(err, alert.ErrBurstUnit):
		return text(http.StatusGatewayTimeout, "Could not activate alert after definition\n")
	}
	return reply{}, err
}

// What a definition says that leaves it out, as the official library does: the rates are those of an alert that
// Kismet's configuration does not name.
const (
	defaultClass    = string(tocsin.Other)
	defaultSeverity = tocsin.Low
	defaultThrottle = "10/min"
	defaultBurst    = "1/sec"
)

func parseDefinition(o map[string]any) (d tocsin.Definition, err error) {
	var class, throttle, burst, phy string
	for _, m := range []struct {
		name     string
		needed   bool
		fallback string
		to       *string
	}{
		{"name", true, "", &d.Header}, {"description", true, "", &d.Description}, {"class", false, defaultClass, &class},
		{"throttle", false, defaultThrottle, &throttle}, {"burst", false, defaultBurst, &burst}, {"phyname", false, "", &phy},
	} {
		// null is as good as nothing: that is how some libraries leave a member out.
		if !m.needed && o[m.name] == nil {
			*m.to = m.fallback
			continue
		}
		if *m.to, err = member(o, m.name, false); err != nil {
			return d, err
		}
	}
	d.Header, d.Class = strings.ToUpper(d.Header), tocsin.Class(strings.ToUpper(class))
	if !oneLine(d.Header) || !oneLine(class) {
		return d, invalid("name and class must not have control characters")
	}
	if d.Severity, err = parseSeverity(o["severity"]); err != nil {
		return d, err
	}
	if d.Throttle.Limit, err = parseRate(throttle); err != nil {
		return d, invalid("could not parse throttle limits")
	}
	if d.Throttle.Burst, err = parseRate(burst); err != nil {
		return d, invalid("could not parse burst limits")
	}
	var known bool
	if d.Phy, known = phys[phy]; !known {
		return d, invalid("could not find phy")
	}
	return d, nil
}

// parseSeverity takes fractions and booleans as Kismet does.
func parseSeverity(v any) (tocsin.Severity, error) {
	var severity float64
	switch v := v.(type) {
	case nil:
		return defaultSeverity, nil
	case float64:
		severity = math.Trunc(v)
	case bool:
		if v {
			severity = 1
		}
	default:
		return 0, invalid("[json.exception.type_error.302] type must be number, but is " + kind(v))
	}
	if severity < 0 || severity > 255 || !tocsin.Severity(severity).Valid() {
		return 0, invalid("unknown severity level")
	}
	return tocsin.Severity(severity), nil
}

// parseRate reads a rate as compatible clients may write it: what stands between the number and the slash is ignored.
func parseRate(s string) (tocsin.Rate, error) {
	count, unit, given := strings.Cut(strings.TrimSpace(s), "/")
	end := 0
	for end < len(count) && count[end] >= '0' && count[end] <= '9' {
		end++
	}
	s = count[:end]
	if given {
		s += "/" + unit
	}
	return tocsin.ParseRate(s)
}

func (h *handler) raise(q *request) (reply, error) {
	o, err := q.object()
	if err != nil {
		return reply{}, err
	}
	var r alert.Request
	if r.Header, err = member(o, "name", false); err != nil {
		return reply{}, err
	}
	if r.Text, err = member(o, "text", false); err != nil {
		return reply{}, err
	}
	given := r.Header
	r.Header = strings.ToUpper(given)
	if !h.defined(r.Header) {
		return reply{}, unknownAlert(given)
	}
	if r.Channel, err = member(o, "channel", true); err != nil {
		return reply{}, err
	}
	for _, m := range []struct {
		name string
		to   *tocsin.MAC
	}{{"bssid", &r.BSSID}, {"source", &r.Source}, {"dest", &r.Dest}, {"other", &r.Other}} {
		s, err := member(o, m.name, true)
		if err != nil {
			return reply{}, err
		}
		if *m.to, err = parseMAC(s); err != nil {
			return reply{}, invalid("invalid MAC address")
		}
	}
	_, err = h.Ledger.Raise(r)
	switch tocsin.ErrorCode(err) {
	case tocsin.NotFound:
		return reply{}, unknownAlert(given)
	case tocsin.Throttled:
		return reply{}, invalid("alert throttle reached, alert not raised.")
	}
	if errors.Is(err, alert.ErrNotKept) { // not acknowledged: it may be gone after a restart
		return text(http.StatusServiceUnavailable, "ERROR: the alert could not be kept, see the messages\n")
	}
	if err != nil {
		return reply{}, err
	}
	return text(http.StatusOK, "Alert raised\n")
}

func (h *handler) defined(header string) bool {
	for _, d := range h.Ledger.Definitions() {
		if d.Header == header {
			return true
		}
	}
	return false
}

func unknownAlert(name string) error {
	return invalid(" Unknown alert type '" + shown(name) + "'")
}

// parseMAC reads an address; nothing is the zero address. A mask is ignored, as compatible servers do.
func parseMAC(s string) (tocsin.MAC, error) {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "/")
	s = strings.TrimSuffix(s, "*")
	if s == "" {
		return tocsin.MAC{}, nil
	}
	return dot11.ParseAddr(s)
}
