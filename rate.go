package tocsin

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseRate reads "<count>[/<unit>]" as clients of Kismet write it: unit is one of sec, second, min, minute, hr,
// hour, day in any case; a minute if absent.
func ParseRate(s string) (Rate, error) {
	count, unit, given := strings.Cut(strings.TrimSpace(s), "/")
	n, err := strconv.Atoi(strings.TrimSpace(count))
	if err != nil || n < 0 {
		return Rate{}, fmt.Errorf("rate %q does not begin with a count: write for example 5/min", s)
	}
	r := Rate{Count: n, Unit: Minute}
	if !given {
		return r, nil
	}
	switch strings.ToLower(strings.TrimSpace(unit)) {
	case "sec", "second":
		r.Unit = Second
	case "min", "minute":
		r.Unit = Minute
	case "hr", "hour":
		r.Unit = Hour
	case "day":
		r.Unit = Day
	default:
		return Rate{}, fmt.Errorf("rate %q: the unit is not one of sec, min, hour, day", s)
	}
	return r, nil
}

// ParseThrottle reads "<limit>,<burst>", two rates: "5/min,1/sec".
func ParseThrottle(s string) (Throttle, error) {
	limit, burst, ok := strings.Cut(s, ",")
	if !ok {
		return Throttle{}, fmt.Errorf("throttle %q needs a limit and a burst: write for example 5/min,1/sec", s)
	}
	var t Throttle
	var err error
	if t.Limit, err = ParseRate(limit); err != nil {
		return t, err
	}
	if t.Burst, err = ParseRate(burst); err != nil {
		return t, err
	}
	if t.Burst.Unit > t.Limit.Unit {
		return t, fmt.Errorf("throttle %q: the unit of the burst is longer than that of the limit", s)
	}
	return t, nil
}

func (r Rate) String() string { return fmt.Sprintf("%d/%s", r.Count, r.Unit) }

func (t Throttle) String() string { return t.Limit.String() + "," + t.Burst.String() }

func (u Unit) String() string { return [...]string{"sec", "min", "hour", "day"}[u&3] }
