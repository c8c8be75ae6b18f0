package app

import (
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
	"github.com/tocsin-wids/tocsin/config"
)

// heardOf takes events until one is wanted.
func heardOf(t testing.TB, sub *alert.Subscription, wanted func(alert.Event) bool) alert.Event {
	t.Helper()
	for e := range sub.Events() {
		if wanted(e) {
			return e
		}
	}
	t.Fatal("the events ended")
	return alert.Event{}
}

func ofTopic(topic string) func(alert.Event) bool {
	return func(e alert.Event) bool { return e.Topic == topic }
}

// saying wants a message that has some words.
func saying(words string) func(alert.Event) bool {
	return func(e alert.Event) bool { return e.Message != nil && strings.Contains(e.Message.Text, words) }
}

const (
	sensorUUID = "5FE308BD-0000-0000-0000-02AABBCCDDEE"
	fileUUID   = "4E1D07C3-0000-0000-0000-00003D080693"
)

// takingSensors starts a server that takes sensors on a free port.
func takingSensors(t *testing.T) (*Server, *alert.Subscription) {
	t.Helper()
	c := config.Default()
	c.Server.Remote = config.Remote{Enabled: true, Listen: "127.0.0.1:0"}
	s, err := New(Options{Config: local(c), User: "admin", Password: "secret word", Memory: true})
	if err != nil {
		t.Fatal(err)
	}
	sub := s.ledger.Subscribe(1 << 14)
	serve(t, s)
	t.Cleanup(sub.Close)
	return s, sub
}

// overTCP connects a tool.
func overTCP(t *testing.T, s *Server, o remotetest.Options) *remotetest.Tool {
	t.Helper()
	conn, err := net.Dial("tcp", s.gate.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	tool := remotetest.Stream(conn, o)
	t.Cleanup(tool.Close)
	return tool
}

func TestWhatASensorHearsRaisesAlerts(t *testing.T) {
	s, sub := takingSensors(t)
	packets := packetsOf(t, demoFile)
	tool := overTCP(t, s, remotetest.Options{Kind: "pcapfile", Definition: "/srv/cap/demo.pcap", UUID: fileUUID})
	heardOf(t, sub, saying(`The sensor "/srv/cap/demo.pcap 00003D080693" at 127.0.0.1:`))
	heardOf(t, sub, ofTopic(events.TopicNewSource))
	for _, p := range packets {
		tool.Packet(uint32(p.Link), p.Time, p.Data)
	}
	tool.Over()
	heardOf(t, sub, ofTopic(events.TopicSourceClosed))
	if len(s.ledger.Alerts()) < 10 {
		t.Errorf("%d packets raised %d alerts", len(packets), len(s.ledger.Alerts()))
	}
	var record map[string]any
	_, text := get(t, s, "/datasource/by-uuid/"+fileUUID+"/source.json", "admin", "secret word")
	if err := json.Unmarshal([]byte(text), &record); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]any{
		"num_packets": float64(len(packets)), "remote": 1., "remote_ip": "127.0.0.1", "definition": "/srv/cap/demo.pcap", "running": 0., "error": 0.,
		"datasource_version": "2025.09.1-test",
	} {
		if got := record["kismet.datasource."+name]; got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
	if _, text := get(t, s, "/datasource/defaults.json", "admin", "secret word"); !strings.Contains(text, `remote_cap_listen": "127.0.0.1"`) {
		t.Errorf("defaults %s", text)
	}
	// It connects anew, and its file is read once more.
	tool.Close()
	again := overTCP(t, s, remotetest.Options{Kind: "pcapfile", Definition: "/srv/cap/demo.pcap", UUID: fileUUID})
	heardOf(t, sub, ofTopic(events.TopicSourceOpened))
	again.Packet(127, packets[0].Time, []byte{1})
	again.Over()
	heardOf(t, sub, ofTopic(events.TopicSourceClosed))
	if c := s.roster.find(fileUUID).counts(); c.Packets != uint64(len(packets)+1) {
		t.Errorf("%d packets, want %d", c.Packets, len(packets)+1)
	}
}

// overWeb connects a tool by the websocket, as it does itself: with a token in the query.
func overWeb(t *testing.T, s *Server, token string, o remotetest.Options) (*remotetest.Tool, *http.Response) {
	t.Helper()
	conn, answer, err := websocket.Dial(t.Context(), strings.Replace(s.URL(), "http", "ws", 1)+"datasource/remote/remotesource.ws?KISMET="+token,
		&websocket.DialOptions{Subprotocols: []string{"kismet-remote"}, HTTPHeader: http.Header{"Origin": {"http://192.0.2.10"}}})
	if err != nil {
		return nil, answer
	}
	tool := remotetest.Messages(conn, o)
	t.Cleanup(tool.Close)
	return tool, answer
}

func TestASensorOnTheWebsocketIsASourceLikeAnyOther(t *testing.T) {
	s, sub := takingSensors(t)
	token, err := s.keeper.Generate("roof", "datasource", 0)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := s.keeper.Generate("reader", "readonly", 0)
	if err != nil {
		t.Fatal(err)
	}
	o := remotetest.Options{Definition: "wlan0:name=roof", UUID: sensorUUID, Channels: []string{"1", "6", "11", "36"}}
	for _, wrong := range []string{reader, "nothing", ""} {
		if tool, answer := overWeb(t, s, wrong, o); tool != nil || answer.StatusCode != http.StatusUnauthorized {
			t.Errorf("the token %q was taken", wrong)
		}
	}
	tool, _ := overWeb(t, s, token, o)
	heardOf(t, sub, ofTopic(events.TopicNewSource))
	state := s.roster.find(sensorUUID)
	opened := func() bool { return state.open }
	if err := state.await(t.Context(), opened); err != nil {
		t.Fatal(err)
	}
	const path = "/datasource/by-uuid/" + sensorUUID
	if code, text := command(t, s, path+"/set_channel.cmd", `{"channel": "6"}`); code != 200 || !strings.Contains(text, `"kismet.datasource.channel": "6"`) {
		t.Errorf("%d %s", code, text)
	}
	if seen := tool.Seen(); len(seen.Tunings) != 2 || seen.Tunings[1].Channel != "6" {
		t.Errorf("the tool saw %+v", seen)
	}
	if code, text := command(t, s, path+"/close_source.cmd", ""); code != 200 {
		t.Errorf("%d %s", code, text)
	}
	<-tool.Done()
	tool, _ = overWeb(t, s, token, o)
	heardOf(t, sub, saying("closed by command"))
	<-tool.Done()
	done := make(chan int)
	go func() {
		code, _ := command(t, s, path+"/open_source.cmd", "")
		done <- code
	}()
	if err := state.await(t.Context(), func() bool { return state.stop != nil }); err != nil {
		t.Fatal(err)
	}
	tool, _ = overWeb(t, s, token, o)
	if code := <-done; code != 200 || tool.Err() != nil {
		t.Errorf("%d, %v", code, tool.Err())
	}
	// It goes away, which is one alert, and comes back before the pause after a failure is over.
	tool.Fail("interface 'wlan0mon' closed")
	failed := func(e alert.Event) bool { return e.Alert != nil && e.Alert.Header == tocsin.SourceError.Header }
	if e := heardOf(t, sub, failed); !strings.Contains(e.Alert.Text, `it reported "interface 'wlan0mon' closed"; it is heard again when it comes back`) {
		t.Errorf("the alert says %s", e.Alert.Text)
	}
	tool, _ = overWeb(t, s, token, o)
	heardOf(t, sub, ofTopic(events.TopicSourceOpened))
	if err := s.keeper.Revoke("roof"); err != nil {
		t.Fatal(err)
	}
	<-tool.Done()
}

func TestASensorCannotTakeTheUUIDOfASourceHere(t *testing.T) {
	s, sub := takingSensors(t)
	file := demoFile
	if code, text := command(t, s, "/datasource/add_source.cmd", `{"definition": "`+file+`:uuid=`+sensorUUID+`"}`); code != 200 {
		t.Fatalf("%d %s", code, text)
	}
	tool := overTCP(t, s, remotetest.Options{Definition: "wlan0", UUID: sensorUUID})
	heardOf(t, sub, saying("of this machine"))
	<-tool.Done()
	if len(s.roster.all()) != 1 {
		t.Errorf("%d sources", len(s.roster.all()))
	}
}

func TestThePortForSensorsMayBeTaken(t *testing.T) {
	s, _ := takingSensors(t)
	c := config.Default()
	c.Server.Remote = config.Remote{Enabled: true, Listen: s.gate.Addr().String()}
	if _, err := New(Options{Config: local(c), Memory: true}); err == nil || !strings.Contains(err.Error(), "server.remote.listen") {
		t.Errorf("got %v", err)
	}
}

// local has a server listen on a free port.
func local(c config.Config) config.Config {
	c.Server.Listen = "127.0.0.1:0"
	return c
}
