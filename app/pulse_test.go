package app

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/config"
)

func TestPulseCountsASecondAtATime(t *testing.T) {
	p := newPulse()
	now := time.Unix(1700000000, 0)
	p.add(now, api.Mains, api.Statistics{Memory: 100, Devices: 3}, passed{heard: 50, errors: 2, processed: 40})
	got := p.add(now.Add(time.Second), api.Mains, api.Statistics{Memory: 120, Devices: 4}, passed{heard: 80, errors: 2, dropped: 9, processed: 70, queued: 5})
	value := func(h api.HistoryView) string {
		b := string(api.AppendRecord(nil, &h, api.HistoryFields, api.JSON, 0))
		_, after, _ := strings.Cut(b, `last_value": `)
		now, after, _ := strings.Cut(after, `,"kismet.common.rrd.last_value_n1": `)
		before, _, _ := strings.Cut(after, ",")
		return before + " " + now
	}
	for name, c := range map[string]struct {
		history api.HistoryView
		want    string
	}{
		"heard": {got.Heard, "50 30"}, "peak": {got.Peak, "50 30"}, "errors": {got.Errors, "2 0"}, "dropped": {got.Dropped, "0 9"},
		"processed": {got.Processed, "40 30"}, "queued": {got.Queued, "0 5"}, "memory": {p.memory.At(now), "100 120"},
		"devices": {p.devices.At(now), "3 4"},
	} {
		if got := value(c.history); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

func TestStatusHasItsHistory(t *testing.T) {
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true})
	s.beat(time.Now())
	_, body := get(t, s, "/system/status.json", "admin", "secret word")
	var status struct {
		Memory  float64 `json:"kismet.system.memory.rss"`
		History struct {
			Last    float64   `json:"kismet.common.rrd.last_value"`
			Seconds []float64 `json:"kismet.common.rrd.minute_vec"`
		} `json:"kismet.system.memory.rrd"`
	}
	if err := json.Unmarshal([]byte(body), &status); err != nil {
		t.Fatal(err)
	}
	if status.Memory < 1000 || status.History.Last < 1000 || len(status.History.Seconds) != 60 {
		t.Errorf("got %+v, want real memory now and a second ago", status)
	}
}
