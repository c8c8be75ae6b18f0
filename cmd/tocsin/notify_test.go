package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReceiversAreTried(t *testing.T) {
	var got []map[string]any
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			http.Error(w, "no such hook", http.StatusNotFound)
			return
		}
		var m map[string]any
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			t.Error(err)
		}
		got = append(got, m)
	}))
	defer server.Close()
	folder := t.TempDir()
	token := filepath.Join(folder, "token")
	if err := os.WriteFile(token, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "tocsin.yaml")
	text := "notify:\n  receivers:\n    good: {kind: webhook, url: '" + server.URL + "/good', token: 'file:" + token + "'}\n    bad: {kind: webhook, url: '" + server.URL +
		"/broken'}\n  routes: [{receivers: [good, bad]}]\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"good"}, exitOK, "good: taken\n"},
		{nil, exitFailed, "bad: not taken: 127.0.0.1"},
		{nil, exitFailed, "404 Not Found: \"no such hook\"\ngood: taken\ntocsin: 1 of 2 receivers did not take the message\n"},
		{[]string{"fax"}, exitUsage, `there is no receiver "fax"; there are bad, good`},
	} {
		var out bytes.Buffer
		code := run(t.Context(), append([]string{"notify", "test", "--config", file}, c.args...), terminal{in: strings.NewReader(""), out: &out, err: &out})
		if code != c.code || !strings.Contains(out.String(), c.want) {
			t.Errorf("%v: exit %d, %s, want %d and %q", c.args, code, &out, c.code, c.want)
		}
	}
	if len(got) != 3 || got[0]["kind"] != "test" || !strings.HasPrefix(got[0]["title"].(string), "Test: INFO: Nothing has happened") {
		t.Errorf("got %v", got)
	}
	var out bytes.Buffer
	if code := run(t.Context(), []string{"notify", "test"}, terminal{in: strings.NewReader(""), out: &out, err: &out}); code != exitUsage || !strings.Contains(out.String(), "has no receivers") {
		t.Errorf("without a configuration: exit %d, %s", code, &out)
	}
	if err := os.Remove(token); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	if code := run(t.Context(), []string{"config", "check", "--config", file}, terminal{in: strings.NewReader(""), out: &out, err: &out}); code != exitUsage || !strings.Contains(out.String(), `notify.receivers."good": read the secret`) {
		t.Errorf("a secret that is not there: exit %d, %s", code, &out)
	}
}
