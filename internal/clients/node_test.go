package clients

import (
	"io"
	"os"
	"path/filepath"
	"testing"
)

// TestNodeWithWS is a client that puts a login into the address without encoding it, comes back by itself after the server
// was away, and takes its leave with close 1000.
func TestNodeWithWS(t *testing.T) {
	node := program(t, "node", "nodejs")
	folder := filepath.Join("testdata", "node")
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "ws")); err != nil {
		t.Skip("npm's ws is not installed: make deps")
	}
	s := serve(t, demo(t)...)
	s.defineProbe()
	c := run(t, node, filepath.Join(folder, "client.js"), s.address, user, password)
	s.raiseUntilHeard(c, "before the restart", "PROBE before the restart")
	s.stop()
	if got := c.await("closed "); got != "1001 the server stops" {
		t.Errorf("got close %q, want 1001 with the reason", got)
	}
	s.start(demo(t)...)
	s.defineProbe()
	s.raiseUntilHeard(c, "after it", "PROBE after it")
	io.WriteString(c.input, "stop\n")
	if got := c.await("closed "); got != "1000 done" {
		t.Errorf("got close %q, want the client's own", got)
	}
}

// raiseUntilHeard raises an alert and waits for what the client says of it. The subscription has no answer, so the client may
// have missed it: then another is raised.
func (s *server) raiseUntilHeard(c *client, text, says string) {
	s.t.Helper()
	c.await("subscribed")
	for {
		if err := s.raise(text); err != nil {
			s.t.Fatal(err)
		}
		heard, ok := c.within("alert ")
		if !ok {
			continue
		}
		if heard != says {
			s.t.Errorf("got the alert %s, want %s", heard, says)
		}
		return
	}
}
