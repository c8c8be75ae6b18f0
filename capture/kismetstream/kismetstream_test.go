package kismetstream_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/capturetest"
	"github.com/tocsin-wids/tocsin/capture/kismetstream"
	"github.com/tocsin-wids/tocsin/pcap"
)

// station is a server that hands on packets when it is told to.
type station struct {
	*httptest.Server
	t testing.TB

	mu      sync.Mutex
	newest  chan int // of the newest stream; a negative number breaks it off
	written int
}

func newStation(t testing.TB) *station {
	s := &station{t: t}
	s.Server = httptest.NewServer(http.HandlerFunc(s.stream))
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s
}

func (s *station) stream(w http.ResponseWriter, r *http.Request) {
	feed, done := make(chan int), http.NewResponseController(w)
	s.mu.Lock()
	s.newest = feed
	s.mu.Unlock()
	out, err := pcap.NewMixer(w, func(radio uint16) pcap.Interface { return pcap.Interface{Name: fmt.Sprint("wlan", radio)} })
	if err != nil {
		s.t.Error(err)
	}
	for {
		done.Flush()
		select {
		case <-r.Context().Done():
			return
		case n := <-feed:
			if n < 0 {
				panic(http.ErrAbortHandler)
			}
			for range n {
				s.written++
				out.Write(packet(s.written))
			}
		}
	}
}

// packet is of one of three radios, not in the order of their numbers.
func packet(n int) pcap.Packet {
	return pcap.Packet{
		Time: time.Duration(n) * time.Millisecond, Link: pcap.LinkIEEE80211, Interface: uint16(2 - n%3), Length: 100,
		Data: binary.BigEndian.AppendUint32([]byte{0xd4, 0}, uint32(n)),
	}
}

func (s *station) hear(n int) {
	s.mu.Lock()
	feed := s.newest
	s.mu.Unlock()
	feed <- n
}

func source(t testing.TB, address string, change func(*kismetstream.Options)) *kismetstream.Source {
	t.Helper()
	server, err := kismetstream.ParseServer(address)
	if err != nil {
		t.Fatal(err)
	}
	o := kismetstream.Options{Server: server, Name: "attic"}
	if change != nil {
		change(&o)
	}
	return kismetstream.New(o)
}

func ignore([]pcap.Packet) error { return nil }

func TestSuite(t *testing.T) {
	capturetest.Run(t, func(t testing.TB) capturetest.Subject {
		s := newStation(t)
		return capturetest.Subject{Source: source(t, s.URL, nil), Hear: s.hear, Break: func() { s.hear(-1) }}
	})
}

// answered is a server that answers everything with b, after the head of a stream if it says OK.
func answered(t testing.TB, status int, b []byte) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if status >= 300 && status < 400 {
			w.Header().Set("Location", "https://user:secret@elsewhere/x?KISMET=secret")
		}
		w.WriteHeader(status)
		w.Write(b)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// recorded is a stream of these packets.
func recorded(t testing.TB, packets ...pcap.Packet) []byte {
	t.Helper()
	var b bytes.Buffer
	out, err := pcap.NewMixer(&b, func(radio uint16) pcap.Interface {
		return pcap.Interface{Name: strings.Repeat("r", int(radio)%60) + fmt.Sprint(radio)}
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, p := range packets {
		out.Lost(uint64(i % 2))
		if err := out.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

func TestEveryEndSaysWhatItMeans(t *testing.T) {
	whole := recorded(t, packet(1), packet(2))
	huge := binary.LittleEndian.AppendUint32(slices.Clone(whole), 6)
	huge = binary.LittleEndian.AppendUint32(huge, 0xfffffff0)
	huge = append(huge, make([]byte, 100)...)
	closed := httptest.NewServer(nil)
	closed.Close()
	for name, c := range map[string]struct {
		address string
		packets uint64
		want    string
	}{
		"end":           {answered(t, 200, whole), 2, "ended the stream"},
		"nothing":       {answered(t, 200, nil), 0, "ended the stream"},
		"cut":           {answered(t, 200, whole[:len(whole)-3]), 1, "broke off"},
		"page":          {answered(t, 200, []byte("<html>a page</html>")), 0, "no packet stream: is it a Kismet"},
		"huge block":    {answered(t, 200, huge), 2, "corrupt capture at octet"},
		"no login":      {answered(t, 401, nil), 0, "it wants a login: add user="},
		"no role":       {answered(t, 403, nil), 0, "needs the role readonly"},
		"nothing there": {answered(t, 404, nil), 0, "prefix of a proxy"},
		"redirect":      {answered(t, 302, nil), 0, `with url="https://elsewhere/x"`},
		"busy":          {answered(t, 503, nil), 0, "too busy"},
		"broken":        {answered(t, 500, []byte("<html>")), 0, "500 Internal Server Error"},
		"no HTTP":       {raw(t, "SSH-2.0-x\r\n"), 0, "malformed HTTP"},
		"long line":     {raw(t, strings.Repeat("x", 60_000)), 0, "malformed HTTP"},
		"long head":     {raw(t, "HTTP/1.1 200 OK\r\n"+strings.Repeat("A: b\r\n", 100_000)), 0, "headers exceeded"},
		"nobody":        {closed.URL, 0, "connection refused"},
		"not trusted":   {tlsServer(t, whole).URL, 0, "ca-file=FILE"},
	} {
		s := source(t, c.address, nil)
		err := s.Run(t.Context(), ignore)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "listen to "+c.address+"/pcap/all_packets.pcapng: ") {
			t.Errorf("%s: %v, want where and %q", name, err, c.want)
			continue
		}
		if text := err.Error(); strings.Contains(text, "secret") || strings.Contains(text, "\n") || len(text) > 500 {
			t.Errorf("%s: not one clear line: %s", name, text)
		}
		if got := s.Counts().Packets; got != c.packets {
			t.Errorf("%s: %d packets, want %d", name, got, c.packets)
		}
	}
}

// raw is a server that says something other than HTTP wants.
func raw(t testing.TB, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		c.Read(make([]byte, 4096))
		c.Write([]byte(text))
	}()
	t.Cleanup(func() {
		l.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}

func tlsServer(t testing.TB, b []byte) *httptest.Server {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(b) }))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s
}

func TestServerWithACertificateOfItsOwn(t *testing.T) {
	server := tlsServer(t, recorded(t, packet(1)))
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	s := source(t, server.URL, func(o *kismetstream.Options) { o.CA = ca })
	if err := s.Run(t.Context(), ignore); !errors.Is(err, kismetstream.ErrEnded) || s.Counts().Packets != 1 {
		t.Errorf("%v after %d packets, want the end after one", err, s.Counts().Packets)
	}
	if err := os.WriteFile(ca, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.Run(t.Context(), ignore); err == nil || !strings.Contains(err.Error(), "holds none") {
		t.Errorf("a file without a certificate: %v", err)
	}
}

func TestLoginIsReadFromItsFilesForEachRequest(t *testing.T) {
	heads := make(chan http.Header, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heads <- r.Header
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(server.Close)
	password, key := filepath.Join(t.TempDir(), "password"), filepath.Join(t.TempDir(), "key")
	write := func(name, content string) {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(password, "secret word\n")
	write(key, "A+B\r\n")
	user := source(t, server.URL, func(o *kismetstream.Options) { o.Login = kismetstream.Login{User: "admin", PasswordFile: password} })
	for _, want := range []string{"secret word", "another"} {
		err := user.Run(t.Context(), ignore)
		r := http.Request{Header: <-heads}
		if name, got, _ := r.BasicAuth(); name != "admin" || got != want {
			t.Errorf("login %s:%s, want the password %q", name, got, want)
		}
		if err == nil || !strings.Contains(err.Error(), "does not take the login") || strings.Contains(err.Error(), want) {
			t.Errorf("refused: %v", err)
		}
		write(password, "another")
	}
	token := source(t, server.URL, func(o *kismetstream.Options) { o.Login.KeyFile = key })
	_ = token.Run(t.Context(), ignore)
	if got := (<-heads).Get("Cookie"); got != "KISMET=A%2BB" {
		t.Errorf("cookie %q", got)
	}
	for _, content := range []string{"", "\n", "two\nlines", strings.Repeat("x", 5000)} {
		write(key, content)
		if err := token.Run(t.Context(), ignore); err == nil || !strings.Contains(err.Error(), "one line") {
			t.Errorf("a key file of %d octets: %v", len(content), err)
		}
	}
}

func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"http://host:2501":     "http://host:2501/pcap/all_packets.pcapng",
		"https://host/kismet/": "https://host/kismet/pcap/all_packets.pcapng",
		"http://[::1]:2501/":   "http://[::1]:2501/pcap/all_packets.pcapng",
		"http://host/datasource/pcap/by-uuid/1/packets.pcapng": "http://host/datasource/pcap/by-uuid/1/packets.pcapng",
	} {
		if s, err := kismetstream.ParseServer(text); err != nil || s.String() != want {
			t.Errorf("%s: %v, %v, want %s", text, s, err, want)
		}
	}
	for _, text := range []string{"", "host:2501", "ftp://host", "http://", "http:///x", "http://host/#x", "http://ho st", "http://secret%zz@host"} {
		if _, err := kismetstream.ParseServer(text); err == nil || errors.Is(err, kismetstream.ErrLogin) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v", text, err)
		}
	}
	for _, text := range []string{"http://admin:secret@host:2501", "http://admin@host", "http://host/?KISMET=secret"} {
		if _, err := kismetstream.ParseServer(text); !errors.Is(err, kismetstream.ErrLogin) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: %v, want the hint on logins", text, err)
		}
	}
}

// TestLossesAndStrangeRecords has a server lose packets, send records without a packet, and invent radios.
func TestLossesAndStrangeRecords(t *testing.T) {
	var packets []pcap.Packet
	for i := range 300 {
		p := packet(i)
		p.Interface = uint16(i)
		packets = append(packets, p, pcap.Packet{Time: p.Time, Link: 0, Interface: 1000})
	}
	s := source(t, answered(t, 200, recorded(t, packets...)), nil)
	delivered := 0
	err := s.Run(t.Context(), func(batch []pcap.Packet) error {
		for _, p := range batch {
			if delivered++; p.Number != uint64(delivered) || int(p.Interface) != delivered-1 || len(p.Data) == 0 {
				t.Fatalf("packet %d: %+v", delivered, p)
			}
		}
		return nil
	})
	if want := (capture.Counts{Packets: 256, Bytes: 25600, Lost: 300 + 300 - 256}); !errors.Is(err, kismetstream.ErrEnded) || s.Counts() != want || delivered != 256 {
		t.Errorf("%v, counts %+v, want %+v", err, s.Counts(), want)
	}
	if n := len(s.Sensors()); n != 256 {
		t.Errorf("%d sensors, want 256", n)
	}
}

// TestSlowAnswers has a stream come octet by octet.
func TestSlowAnswers(t *testing.T) {
	b := recorded(t, packet(1), packet(2), packet(3))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for i := range b {
			w.Write(b[i : i+1])
			http.NewResponseController(w).Flush()
		}
	}))
	t.Cleanup(server.Close)
	s := source(t, server.URL, nil)
	if err := s.Run(t.Context(), ignore); !errors.Is(err, kismetstream.ErrEnded) || s.Counts().Packets != 3 {
		t.Errorf("%v after %d packets, want the end after three", err, s.Counts().Packets)
	}
}

// TestServerThatDoesNotAnswer is one that takes the connection and says nothing.
func TestServerThatDoesNotAnswer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- source(t, "http://"+l.Addr().String(), nil).Run(ctx, ignore) }()
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
}

// FuzzStreams holds that nothing that a server sends makes a source panic or deliver what it should not.
func FuzzStreams(f *testing.F) {
	f.Add(recorded(f, packet(1), packet(2)))
	f.Add([]byte{})
	var b []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Write(b) }))
	f.Cleanup(server.Close)
	f.Fuzz(func(t *testing.T, answer []byte) {
		b = answer
		s, number := source(t, server.URL, nil), uint64(0)
		err := s.Run(t.Context(), func(batch []pcap.Packet) error {
			for _, p := range batch {
				if number++; p.Number != number || int(p.Interface) >= len(s.Sensors()) || len(p.Data) == 0 || int(p.Length) < len(p.Data) {
					t.Fatalf("packet %d: %+v of %d sensors", number, p, len(s.Sensors()))
				}
			}
			return nil
		})
		if err == nil {
			t.Error("a stream ended without an error")
		}
	})
}
