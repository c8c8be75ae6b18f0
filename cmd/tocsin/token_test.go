package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/config"
)

// TestTokensBesideARunningServer makes and revokes a token by command, and asks the server with it in between.
func TestTokensBesideARunningServer(t *testing.T) {
	conf := config.Default()
	conf.Server.Listen, conf.Server.Data = "127.0.0.1:0", t.TempDir()
	server, err := app.New(app.Options{Config: conf})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- server.Run(ctx) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	command := func(args ...string) string {
		var out, problems bytes.Buffer
		args = append(append([]string{"token"}, args...), "--data", conf.Server.Data)
		if code := run(t.Context(), args, terminal{in: strings.NewReader(""), out: &out, err: &problems}); code != exitOK {
			t.Fatalf("%v: exit status %d, %s", args, code, &problems)
		}
		return strings.TrimSpace(out.String())
	}
	token := command("add", "siem")
	for _, want := range []int{http.StatusOK, http.StatusUnauthorized} {
		req, err := http.NewRequest("GET", server.URL()+"alerts/all_alerts.json", nil)
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
