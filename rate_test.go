package tocsin_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin"
)

func TestThrottleReadsWhatItPrints(t *testing.T) {
	for in, want := range map[string]string{
		"5/min,1/sec":        "5/min,1/sec",
		" 10 , 1/Second ":    "10/min,1/sec",
		"0/day,0/day":        "0/day,0/day",
		"3/HR, 2/minute":     "3/hour,2/min",
		"100/hour,10/second": "100/hour,10/sec",
	} {
		got, err := tocsin.ParseThrottle(in)
		if err != nil || got.String() != want {
			t.Errorf("ParseThrottle(%q) = %s, %v, want %s", in, got, err, want)
		}
	}
}

func TestThrottleRefusesWhatItCannotRead(t *testing.T) {
	for _, in := range []string{"", "5/min", "x/min,1/sec", "-1/min,1/sec", "5/fortnight,1/sec", "5/min,1/hour", "5/min,", "5/min,1/sec,2"} {
		if got, err := tocsin.ParseThrottle(in); err == nil {
			t.Errorf("ParseThrottle(%q) = %s, want an error", in, got)
		}
	}
}
