package clients

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// browserPage is a page of somebody's dashboard: on another address than the server, with a token, as a browser's own
// WebSocket allows. It tells the test what happens by requests to where it came from.
const browserPage = `<!doctype html><title>client</title><script>
const tell = (text) => fetch("/told", {method: "POST", body: text});
const socket = new WebSocket("ws://%s/eventbus/events.ws?KISMET=%s");
socket.onopen = async () => {
  await tell("open " + JSON.stringify(socket.protocol + socket.extensions));
  socket.send(JSON.stringify({SUBSCRIBE: "ALERT", fields: ["kismet.alert.header", ["kismet.alert.text", "text"]]}));
  socket.send(JSON.stringify({SUBSCRIBE: "BATTERY"}));
  await tell("subscribed");
};
let alerts = 0;
socket.onmessage = async (m) => {
  const event = JSON.parse(m.data);
  if (event.BATTERY) {
    await tell("battery " + event.BATTERY["kismet.system.battery.charging"]);
  }
  if (event.ALERT) {
    await tell("alert " + JSON.stringify(event.ALERT));
    if (++alerts == 2) socket.close(1000, "seen");
  }
};
socket.onclose = (e) => tell("closed " + e.code + " " + e.wasClean);
socket.onerror = () => tell("error");
</script>`

// TestChromium is a page in a real browser that opens a WebSocket to the server.
func TestChromium(t *testing.T) {
	chromium := program(t, "chromium", "chromium-browser", "google-chrome")
	s := serve(t)
	s.defineProbe()
	token := s.command("/auth/apikey/generate.cmd", `{"name":"page","role":"readonly","duration":0}`)
	c := &client{t: t, lines: make(chan string, 1000)}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintf(w, browserPage, s.address, token)
		case "/told":
			b, _ := io.ReadAll(io.LimitReader(r.Body, 1<<16))
			c.lines <- string(b)
		}
	}))
	defer page.Close()
	browser := exec.Command(chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--user-data-dir="+t.TempDir(), page.URL)
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	defer browser.Wait()
	defer browser.Process.Kill()
	silent := time.AfterFunc(time.Minute, func() { close(c.lines) })
	defer silent.Stop()

	if got := c.await("open "); got != `""` {
		t.Errorf("got the protocol and extensions %s, want none", got)
	}
	s.raiseUntilHeard(c, "one", `{"kismet.alert.header":"PROBE","text":"one"}`)
	c.await("battery ")
	if err := s.raise(`two \ "quoted" 👍`); err != nil {
		t.Fatal(err)
	}
	if got, want := c.await("alert "), `{"kismet.alert.header":"PROBE","text":"two \\ \"quoted\" 👍"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := c.await("closed "); !strings.HasPrefix(got, "1000 true") {
		t.Errorf("got close %s, want the page's own, answered", got)
	}
}
