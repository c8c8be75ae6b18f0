package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"
)

// TestTokensBesideARunningServer makes and revokes a token by command, and asks the server with it in between.
func TestTokensBesideARunningServer(t *testing.T) {
	url, data := startServer(t)
	command := func(args ...string) string {
		var out, problems bytes.Buffer
		args = append(append([]string{"token"}, args...), "--data", data)
		if code := run(t.Context(), args, terminal{in: strings.NewReader(""), out: &out, err: &problems}); code != exitOK {
			t.Fatalf("%v: exit status %d, %s", args, code, &problems)
		}
		return strings.TrimSpace(out.String())
	}
	token := command("add", "siem")
	for _, want := range []int{http.StatusOK, http.StatusUnauthorized} {
		req, err := http.NewRequest("GET", url+"alerts/all_alerts.json", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("KISMET", token)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("got status %d %s, want %d", resp.StatusCode, body, want)
		}
		if want == http.StatusOK {
			command("revoke", "siem")
		}
	}
}
