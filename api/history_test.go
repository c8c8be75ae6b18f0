package api

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestHistoryKeepsSecondsMinutesAndHours(t *testing.T) {
	start := time.Unix(1700000000, 0).UTC() // 22:13:20
	var h History
	for i := range 3 * 3600 {
		h.Add(start.Add(time.Duration(i)*time.Second), uint64(i))
	}
	end := start.Add((3*3600 - 1) * time.Second) // 01:13:19
	if h.last != end.Unix() || h.value != 10799 || h.before != 10798 {
		t.Errorf("got the newest sample %d at %d after %d", h.value, h.last, h.before)
	}
	if got := h.minute[19]; got != 10799 {
		t.Errorf("got %d in second 19, want the newest sample", got)
	}
	if got := h.minute[20]; got != 10740 {
		t.Errorf("got %d in second 20, want the sample of 59 seconds ago", got)
	}
	// 01:12 holds the samples of 01:12:00 to 01:12:59.
	first := uint64(time.Date(2023, 11, 15, 1, 12, 0, 0, time.UTC).Sub(start) / time.Second)
	if got, want := h.hour[12], (2*first+59)/2; got != want {
		t.Errorf("got %d for minute 12, want the average %d", got, want)
	}
	if h.day[22] == 0 || h.day[1] == 0 || h.day[2] != 0 {
		t.Errorf("got the hours %v, want 22 to 1", h.day)
	}
}

func TestHistoryForgetsWhatWasNotSampled(t *testing.T) {
	var h History
	h.Add(time.Unix(600, 0), 7)
	h.Add(time.Unix(600, 0), 8)
	h.Add(time.Unix(599, 0), 9)
	h.Add(time.Unix(663, 0), 5)
	if h.minute[0] != 0 || h.minute[3] != 5 || h.value != 5 || h.before != 8 {
		t.Errorf("got %v, %d after %d", h.minute, h.value, h.before)
	}
	if h.hour[10] != 7 || h.hour[11] != 5 {
		t.Errorf("got the minutes %v", h.hour)
	}
	later := h.At(time.Unix(663+86400*3, 0))
	if later.minute != [60]uint64{} || later.hour != [60]uint64{} || later.day != [24]uint64{} || later.value != 5 {
		t.Errorf("got %v, want nothing of three days ago but the newest sample", later)
	}
}

func TestHistoryIsARecord(t *testing.T) {
	var h History
	h.Add(time.Unix(1700000000, 0), 12)
	for _, name := range []string{"json", "ekjson", "prettyjson"} {
		f, _ := ParseFormat(name)
		v := h.At(time.Unix(1700000002, 0))
		b := AppendRecord(nil, &v, HistoryFields, f, 0)
		var members map[string]any
		if err := json.Unmarshal(b, &members); err != nil {
			t.Fatalf("%s: %v in %s", name, err, b)
		}
		if name != "json" {
			continue
		}
		if members["kismet.common.rrd.last_time"] != 1700000000.0 || members["kismet.common.rrd.serial_time"] != 1700000002.0 {
			t.Errorf("got %s", b)
		}
		if n := len(members["kismet.common.rrd.minute_vec"].([]any)); n != 60 || !strings.Contains(string(b), ",12,") {
			t.Errorf("got %d seconds in %s, want 60 with the sample", n, b)
		}
	}
}

func TestHistoryOfPeaks(t *testing.T) {
	h := History{Peaks: true}
	for i, v := range []uint64{3, 9, 4} {
		h.Add(time.Unix(int64(3600+i), 0), v)
	}
	if h.hour[0] != 9 || h.day[1] != 9 || h.value != 4 {
		t.Errorf("got %d in the minute and %d in the hour, want 9", h.hour[0], h.day[1])
	}
}
