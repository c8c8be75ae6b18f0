package kismetdb

import (
	"math"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// Filter chooses packets of a log. Its zero value chooses all.
type Filter struct {
	where  strings.Builder
	values []any
	limit  int // 0: none
}

// conditions are the variables that clients may send, and what each wants of a row.
var conditions = []struct {
	name, where string
	text        bool // a pattern of LIKE, else a number
}{
	{"timestamp_start", "ts_sec >= ?", false}, {"timestamp_end", "ts_sec <= ?", false},
	{"datasource", "datasource LIKE ?", true}, {"device_id", "devkey LIKE ?", true},
	{"address_source", "sourcemac LIKE ?", true}, {"address_dest", "destmac LIKE ?", true}, {"address_trans", "transmac LIKE ?", true},
	{"tag", "tags LIKE ?", true}, {"dlt", "dlt = ?", false},
	{"frequency", "frequency = ?", false}, {"frequency_min", "frequency >= ?", false}, {"frequency_max", "frequency <= ?", false},
	{"signal", "signal = ?", false}, {"signal_min", "signal >= ?", false}, {"signal_max", "signal <= ?", false},
	{"location_lat_min", "lat >= ?", false}, {"location_lat_max", "lat <= ?", false},
	{"location_lon_min", "lon >= ?", false}, {"location_lon_max", "lon <= ?", false},
	{"size_min", "packet_len >= ?", false}, {"size_max", "packet_len <= ?", false},
}

// maxPattern bounds a pattern, which is tried on every row.
const maxPattern = 128

// NewFilter reads variables; get returns the value of one and whether it was sent. All of them must hold.
func NewFilter(get func(name string) (string, bool)) (*Filter, error) {
	f := new(Filter)
	for _, c := range conditions {
		value, sent := get(c.name)
		if !sent {
			continue
		}
		f.where.WriteString(" AND " + c.where)
		if c.text {
			if len(value) > maxPattern {
				return nil, tocsin.Errorf(tocsin.Invalid, "%s is longer than %d octets", c.name, maxPattern)
			}
			f.values = append(f.values, text(value))
			continue
		}
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || math.IsNaN(x) {
			return nil, tocsin.Errorf(tocsin.Invalid, "%s is not a number", c.name)
		}
		f.values = append(f.values, x)
	}
	if value, sent := get("limit"); sent {
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return nil, tocsin.Errorf(tocsin.Invalid, "limit is not a number of packets")
		}
		f.limit = n
	}
	return f, nil
}
