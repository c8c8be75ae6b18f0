package kismet_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/kismet"
)

func TestWebsocketsAreForThoseWhoMay(t *testing.T) {
	now := func() time.Time { return noon }
	k, err := auth.Open(auth.Options{User: "admin", Password: "se&c+ret", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := k.Generate("reader", "readonly", 0)
	if err != nil {
		t.Fatal(err)
	}
	other, err := k.Generate("other", "datasource", 0)
	if err != nil {
		t.Fatal(err)
	}
	const reached, sensor = http.StatusTeapot, http.StatusAccepted
	s := server{Handler: kismet.New(kismet.Options{Ledger: alert.New(alert.Options{}), Auth: k, Now: now,
		Websocket: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(reached) }), Sensors: sensors{}})}
	for _, c := range []struct {
		name, path, auth, origin string
		code                     int
	}{
		{"nobody", "/eventbus/events.ws", "", "", 401},
		{"a token in the query", "/eventbus/events.ws?KISMET=" + reader, "", "http://elsewhere.example", reached},
		{"a password that is not encoded", "/eventbus/events.ws?user=admin&password=se%26c+ret", "", "", reached},
		{"a cookie", "/eventbus/events.ws", reader, "http://example.com", reached},
		{"a cookie on the page of another site", "/eventbus/events.ws", reader, "http://elsewhere.example", 403},
		{"another role", "/eventbus/events.ws", other, "", 401},
		{"a sensor", "/datasource/remote/remotesource.ws?KISMET=" + other, "", "http://192.0.2.10", http.StatusAccepted},
		{"a sensor with the login", "/datasource/remote/remotesource.ws?user=admin&password=se%26c+ret", "", "", http.StatusAccepted},
		{"a sensor with another role", "/datasource/remote/remotesource.ws?KISMET=" + reader, "", "", 401},
		{"a sensor with a wrong token", "/datasource/remote/remotesource.ws?KISMET=wrong", "", "", 401},
		{"another path", "/alerts/all_alerts.json", reader, "", 404},
	} {
		header := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket"}
		if c.origin != "" {
			header["Origin"] = c.origin
		}
		if w := s.do(ask{method: "GET", path: c.path, auth: c.auth, header: header}); w.Code != c.code {
			t.Errorf("%s: got status %d, want %d", c.name, w.Code, c.code)
		}
	}
}

// sensors takes each sensor, and says so.
type sensors struct{}

func (sensors) ServeSensor(w http.ResponseWriter, _ *http.Request, credential string, watch func(func()) func()) {
	watch(func() {})()
	if credential != "" {
		w.WriteHeader(http.StatusAccepted)
	}
}
