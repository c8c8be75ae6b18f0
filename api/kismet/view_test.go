package kismet_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
)

func TestView(t *testing.T) {
	s := serve(t)
	for i := range 5 {
		_, err := s.ledger.Raise(alert.Request{Header: "PROBE", Text: fmt.Sprintf("number %d", i*5), Source: tocsin.MAC{2, 0, 0, 0, 0, byte(i)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	const texts = `{"fields":[["kismet.alert.text","t"]]}`
	for _, c := range []struct{ name, query, json, want string }{
		{"no page", "", `{"fields":[["kismet.alert.severity","s"]]}`, `[{"s": 5},{"s": 5},{"s": 5},{"s": 5},{"s": 5}]`},
		{"a page", "page=1&length=2", texts, `{"data": [{"t": "number 10"},{"t": "number 15"}],"last_page": 3,"last_row": 5,"total_row": 5}`},
		{"beyond the end", "page=9&length=2", texts, `{"data": [{"t": "number 0"},{"t": "number 5"}],"last_page": 3,"last_row": 5,"total_row": 5}`},
		{"sorted for the peer's page", "page=0&size=2&sort=kismet.alert.text&sort_dir=asc", `{"colmap":{},"fields":[["kismet.alert.text","t"]]}`, `{"data": [{"t": "number 20"},{"t": "number 15"}],"last_page": 3,"last_row": 5,"total_row": 5}`},
		{"sorted for its old page", "draw=1&page=0&size=2&sort=kismet.alert.text&sort_dir=desc", texts, `{"data": [{"t": "number 0"},{"t": "number 5"}],"last_page": 3,"last_row": 5,"total_row": 5}`},
		{"sorted as asked, down", "page=0&size=2&sort=kismet.alert.text&sort_dir=desc", texts, `{"data": [{"t": "number 20"},{"t": "number 15"}],"last_page": 3,"last_row": 5,"total_row": 5}`},
		{"sorted as asked, up", "page=0&size=2&sort=kismet.alert.text&sort_dir=asc", texts, `{"data": [{"t": "number 0"},{"t": "number 5"}],"last_page": 3,"last_row": 5,"total_row": 5}`},
		{"equal ones descend by time", "page=0&size=2&sort=kismet.alert.severity&sort_dir=desc", texts, `{"data": [{"t": "number 20"},{"t": "number 15"}],"last_page": 3,"last_row": 5,"total_row": 5}`},
		{"sorted by an address", "page=0&size=1&sort=kismet.alert.source_mac&sort_dir=desc", texts, `{"data": [{"t": "number 20"}],"last_page": 5,"last_row": 5,"total_row": 5}`},
		{"searched", "page=0&search=BER+1", texts, `{"data": [],"last_page": 0,"last_row": 0,"total_row": 5}`},
		{"searched in a text", "page=0&search=BER%201", texts, `{"data": [{"t": "number 10"},{"t": "number 15"}],"last_page": 0,"last_row": 2,"total_row": 5}`},
		{"searched in an address", "page=0&search=00:04", `{"fields":[["kismet.alert.source_mac","m"]]}`, `{"data": [{"m": "02:00:00:00:00:04"}],"last_page": 0,"last_row": 1,"total_row": 5}`},
		{"searched in a severity", "page=0&search=hig", `{"fields":[["kismet.alert.severity","s"]]}`, `{"data": [],"last_page": 0,"last_row": 0,"total_row": 5}`},
		{"a page that is no number", "page=x", "{}", "Invalid request (pagination): unable to parse string value\n"},
		{"fields that are no list", "", `{"fields":1}`, "Invalid request: [json.exception.type_error.302] type must be array, but is number\n"},
		{"far away", "page=-1&length=-1", `{"fields":[["kismet.alert.severity","s"]]}`, `{"data": [{"s": 5},{"s": 5},{"s": 5},{"s": 5},{"s": 5}],"last_page": 1,"last_row": 5,"total_row": 5}`},
	} {
		got := s.do(ask{method: "POST", path: "/alerts/alerts_view.json?" + c.query, auth: "basic", media: formType, body: "json=" + c.json}).Body.String()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
}

func TestListsSinceATime(t *testing.T) {
	s := serve(t)
	if _, err := s.ledger.Raise(alert.Request{Header: "PROBE", Text: "x"}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/alerts/last-time/1700000000.249999/alerts.json":   `[{"t": "x"}]`,
		"/alerts/last-time/1700000000.25/alerts.json":       `[]`,
		"/alerts/last-time/-1/alerts.itjson":                `{"t": "x"}` + "\n",
		"/alerts/last-time/x/alerts.json":                   `{}`,
		"/alerts/wrapped/last-time/0/alerts.json":           `{"kismet.alert.list": [{"t": "x"}],"kismet.alert.timestamp": 1700000000.250000}`,
		"/alerts/wrapped/last-time/0/alerts.ekjson":         `{"kismet_alert_list": [{"t": "x"}],"kismet_alert_timestamp": 1700000000.250000}` + "\n",
		"/messagebus/last-time/1700000000/messages.json":    `{"kismet.messagebus.list": [],"kismet.messagebus.timestamp": 1700000000}`,
		"/messagebus/last-time/1699999999.9/messages.tjson": `{"kismet_messagebus_list": [{"t": 0}],"kismet_messagebus_timestamp": 1700000000}`,
		"/alerts/by-id/zzz/alert.json":                      "ERROR: unable to parse string value\n",
		"/system/timestamp.json":                            `{"t": 0}`,
	} {
		got := s.do(ask{method: "POST", path: path, auth: "basic", media: jsonType, body: `{"fields":[["kismet.alert.text","t"]]}`}).Body.String()
		if got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	hash := s.ledger.Alerts()[0].Hash
	if w := s.do(ask{method: "GET", path: fmt.Sprintf("/alerts/by-id/%d/alert.itjson", hash), auth: "basic"}); w.Code != 200 || w.Body.Len() < 500 {
		t.Errorf("got %d %s, want the record", w.Code, w.Body)
	}
	if w := s.do(ask{method: "GET", path: "/alerts/by-id/1/alert.json", auth: "basic"}); w.Code != 404 || w.Body.String() != "{}" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

func BenchmarkAllAlerts(b *testing.B) {
	s := serve(b)
	for i := range 50 {
		if _, err := s.ledger.Raise(alert.Request{Header: "PROBE", Text: "Deauthentication flood of a network", Source: tocsin.MAC{2, 0, 0, 0, 0, byte(i)}}); err != nil {
			b.Fatal(err)
		}
	}
	q := ask{method: "GET", path: "/alerts/all_alerts.json", auth: "basic"}
	b.ReportAllocs()
	for b.Loop() {
		if w := s.do(q); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
}
