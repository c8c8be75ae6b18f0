package kismet_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// packetLog writes what it was asked for.
type packetLog struct{ done []string }

func (l *packetLog) Packets(variable func(string) (string, bool)) (func(context.Context, io.Writer) error, error) {
	dlt, sent := variable("dlt")
	if dlt == "x" {
		return nil, tocsin.Errorf(tocsin.Invalid, "dlt is not a number")
	}
	return func(_ context.Context, w io.Writer) error {
		fmt.Fprintf(w, "packets of %q, sent: %v", dlt, sent)
		if dlt == "0" {
			return errors.New("disk pulled")
		}
		return nil
	}, nil
}

func (l *packetLog) DropBefore(_ context.Context, t time.Time) error {
	l.done = append(l.done, "drop "+t.UTC().Format(time.RFC3339))
	return nil
}

func (l *packetLog) Note(_ context.Context, note string) error {
	l.done = append(l.done, "note "+note)
	return nil
}

func TestLoggedPacketsAreSent(t *testing.T) {
	s, _ := serveMore(t)
	for _, c := range []struct{ path, body, file string }{
		{"/logging/kismetdb/pcap/roof.pcapng?dlt=127", `packets of "127", sent: true`, "attachment; filename=roof.pcapng"},
		{"/logging/kismetdb/pcap/a%0d%0ab%2f..%22.pcapng", `packets of "", sent: false`, "attachment; filename=a__b_.._.pcapng"},
		{"/logging/kismetdb/pcap/caf%c3%a9.pcapng", `packets of "", sent: false`, "attachment; filename*=utf-8''caf%C3%A9.pcapng"},
	} {
		w := s.do(ask{method: "GET", path: c.path, auth: "basic"})
		h := w.Header()
		if w.Code != 200 || w.Body.String() != c.body || h.Get("Content-Type") != "application/vnd.tcpdump.pcap" || h.Get("Content-Disposition") != c.file || h.Get("Content-Length") != "" {
			t.Errorf("%s: status %d, %s, %v", c.path, w.Code, w.Body, h)
		}
	}
	w := s.do(ask{method: "POST", path: "/logging/kismetdb/pcap/x.pcapng", auth: "basic", media: formType, body: "dlt=x"})
	if w.Code != 400 || w.Body.String() != "Invalid request: dlt is not a number\n" || w.Header().Get("Content-Type") != jsonType {
		t.Errorf("a filter that means nothing: status %d, %s, %v", w.Code, w.Body, w.Header())
	}
	defer func() {
		if cause := recover(); cause != http.ErrAbortHandler {
			t.Errorf("an export that fails half way ends with %v, want the connection cut", cause)
		}
	}()
	s.do(ask{method: "GET", path: "/logging/kismetdb/pcap/x.pcapng?dlt=0", auth: "basic"})
	t.Error("an export that fails half way ends as if it were whole")
}

func TestLogCommands(t *testing.T) {
	s, _ := serveMore(t)
	for _, c := range []struct {
		path, body string
		code       int
		want       string
	}{
		{"/logging/kismetdb/pcap/drop.cmd", `{"drop_before": 1700000000}`, 200, "Packets removed\n"},
		{"/logging/kismetdb/pcap/drop.cmd", `{"drop_before": "now"}`, 400, "Invalid request: drop_before must be a time, Unix seconds\n"},
		{"/logging/kismetdb/pcap/drop.cmd", `{"drop_before": 1e300}`, 400, "Invalid request: drop_before must be a time, Unix seconds\n"},
		{"/logging/kismetdb/pcap/drop.cmd", `{}`, 400, "Invalid request: drop_before must be a time, Unix seconds\n"},
		{"/poi/create_poi.cmd", `{"note": "a \"b\"\n"}`, 200, "POI created\n"},
		{"/poi/create_poi.cmd", "", 200, "POI created\n"},
		{"/poi/create_poi.cmd", `{"note": 5}`, 400, "Invalid request: [json.exception.type_error.302] type must be string, but is number\n"},
	} {
		w := s.do(ask{method: "POST", path: c.path, auth: "basic", media: jsonType, body: c.body})
		if w.Code != c.code || w.Body.String() != c.want {
			t.Errorf("%s %s: status %d, %q, want %d, %q", c.path, c.body, w.Code, w.Body, c.code, c.want)
		}
	}
}
