package post_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/notify"
	"github.com/tocsin-wids/tocsin/notify/notifytest"
	"github.com/tocsin-wids/tocsin/notify/post"
)

var update = flag.Bool("update", false, "write the requests of all services anew")

// secrets of all services; no error may hold them.
const token, secret = "tok-ab/cd", "sign-ing"

func sender(t *testing.T, kind string, server *httptest.Server) *post.Sender {
	t.Helper()
	s, err := post.New(kind, post.Options{URL: server.URL + "/hook", Token: token, Secret: secret, To: "!room:host/x", Client: server.Client()})
	if err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	return s
}

// TestServicesGetWhatTheyTake holds the requests as they are written in testdata, read against the documentation of each.
func TestServicesGetWhatTheyTake(t *testing.T) {
	for _, kind := range post.Kinds() {
		var got bytes.Buffer
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprintf(&got, "%s %s\n", r.Method, r.URL.EscapedPath())
			for _, name := range []string{"Content-Type", "Authorization", "X-Gotify-Key", "X-Tocsin-Message"} {
				if v := r.Header.Get(name); v != "" {
					fmt.Fprintf(&got, "%s: %s\n", name, v)
				}
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			got.WriteString("\n")
			if err := json.Indent(&got, body, "", "  "); err != nil {
				t.Errorf("%s: %v in %s", kind, err, body)
			}
			got.WriteString("\n")
			if r.Header.Get("X-Tocsin-Signature") != "" {
				verify(t, r, body)
			}
		}))
		s := sender(t, kind, server)
		for _, k := range []notify.Kind{notify.News, notify.Relief} {
			m := notifytest.Message()
			m.Kind = k
			if err := s.Send(t.Context(), m); err != nil {
				t.Errorf("%s: %v", kind, err)
			}
		}
		server.Close()
		path := filepath.Join("testdata", kind+".http")
		if *update {
			if err := os.WriteFile(path, got.Bytes(), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got.String()); diff != "" {
			t.Errorf("%s (-want +got)\n%s", kind, diff)
		}
	}
}

func TestWhatReceiversAnswerIsUnderstood(t *testing.T) {
	for status, refused := range map[int]bool{200: false, 202: false, 204: false, 302: false, 400: true, 401: false, 403: false, 404: false, 413: true, 422: true, 429: false, 500: false, 503: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "http://127.0.0.1:1/elsewhere")
			w.WriteHeader(status)
			fmt.Fprintf(w, "no\n\x1b[31m %s %s", token, strings.Repeat("x", 300))
		}))
		for _, kind := range post.Kinds() {
			err := sender(t, kind, server).Send(t.Context(), notifytest.Message())
			if (err == nil) != (status/100 == 2) || errors.Is(err, notify.ErrRefused) != refused {
				t.Errorf("%s, status %d: %v, refused %v", kind, status, err, errors.Is(err, notify.ErrRefused))
			}
			if err != nil && (strings.ContainsAny(err.Error(), "\n\x1b") || strings.Contains(err.Error(), token) || len(err.Error()) > 400 || !strings.Contains(err.Error(), fmt.Sprint(status))) {
				t.Errorf("%s, status %d: the error is %q", kind, status, err)
			}
		}
		server.Close()
	}
}

func TestErrorsOfTheNetworkHoldNoSecret(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	for _, kind := range post.Kinds() {
		err := sender(t, kind, server).Send(t.Context(), notifytest.Message())
		if err == nil || errors.Is(err, notify.ErrRefused) || strings.Contains(err.Error(), "tok-") || strings.Contains(err.Error(), "hook") || !strings.Contains(err.Error(), "refused") {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestReceiverThatNeverAnswersIsLeft(t *testing.T) {
	hang := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-hang
	}))
	defer server.Close()
	defer close(hang)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := sender(t, "webhook", server).Send(ctx, notifytest.Message()); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestMistakesInOptionsAreTold(t *testing.T) {
	for _, c := range []struct {
		kind string
		o    post.Options
		want string
	}{
		{"fax", post.Options{}, `"fax" is no kind of receiver; there are alertmanager, discord,`},
		{"webhook", post.Options{}, "url is missing: url is where"}, {"webhook", post.Options{URL: "ftp://" + token}, "url is none of http or https"},
		{"ntfy", post.Options{}, "to is missing: to is the topic"}, {"telegram", post.Options{To: "1"}, "token is missing: token is that of the bot"},
	} {
		if _, err := post.New(c.kind, c.o); err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), token) {
			t.Errorf("%s %+v: %v, want %q", c.kind, c.o, err, c.want)
		}
	}
	if !slices.IsSorted(post.Kinds()) {
		t.Errorf("kinds %v", post.Kinds())
	}
}

// verify checks a signature as a receiver does.
func verify(t *testing.T, r *http.Request, body []byte) {
	t.Helper()
	if err := post.Verify(r.Header, body, secret, time.Now()); err != nil {
		t.Error(err)
	}
	for _, wrong := range []error{
		post.Verify(r.Header, append(body, ' '), secret, time.Now()), post.Verify(r.Header, body, "other", time.Now()),
		post.Verify(r.Header, body, secret, time.Now().Add(time.Hour)),
	} {
		if wrong == nil {
			t.Error("a forged, foreign or old message passes")
		}
	}
}
