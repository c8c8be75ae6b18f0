package app

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/config"
)

// writePair writes a self-signed certificate for 127.0.0.1 and its key.
func writePair(t *testing.T, folder, name string) (cert, key string, leaf *x509.Certificate) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	cert, key = filepath.Join(folder, name+".crt"), filepath.Join(folder, name+".key")
	writePEM(t, cert, "CERTIFICATE", der)
	writePEM(t, key, "PRIVATE KEY", pkcs8)
	leaf, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return cert, key, leaf
}

func writePEM(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// replace puts the content of from at to, as tools that renew do.
func replace(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to+".new", b, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(to+".new", to); err != nil {
		t.Fatal(err)
	}
}

// trusting is a client that takes only the given certificates.
func trusting(leaves ...*x509.Certificate) *http.Client {
	pool := x509.NewCertPool()
	for _, leaf := range leaves {
		pool.AddCert(leaf)
	}
	jar, _ := cookiejar.New(nil)
	return &http.Client{Jar: jar, Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
}

// buffer is a log that several goroutines write.
type buffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

func TestTLSWithACertificateThatIsRenewed(t *testing.T) {
	folder := t.TempDir()
	cert, key, old := writePair(t, folder, "old")
	nextCert, nextKey, next := writePair(t, folder, "next")
	var log buffer
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true,
		TLS: TLS{Cert: cert, Key: key}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
	get := func(c *http.Client) (*http.Response, error) {
		req, err := http.NewRequest("GET", s.URL()+"session/check_login", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth("admin", "secret word")
		resp, err := c.Do(req)
		if err == nil {
			resp.Body.Close()
		}
		return resp, err
	}
	resp, err := get(trusting(old))
	if err != nil || resp.StatusCode != 200 || resp.TLS.Version < tls.VersionTLS12 || resp.Header.Get("Strict-Transport-Security") != "" {
		t.Fatalf("got %+v, %v", resp, err)
	}
	if c := resp.Cookies(); len(c) != 1 || !c[0].Secure || !c[0].HttpOnly {
		t.Errorf("got cookies %v, want one for TLS only", c)
	}
	replace(t, nextCert, cert)
	for range 2 { // certificate and key do not fit together now
		if _, err := get(trusting(old)); err != nil {
			t.Errorf("half renewed: %v", err)
		}
	}
	if n := strings.Count(log.String(), "old one stays"); n != 1 {
		t.Errorf("told %d times: %s", n, &log)
	}
	replace(t, nextKey, key)
	if _, err := get(trusting(next)); err != nil {
		t.Errorf("renewed: %v", err)
	}
	if _, err := get(trusting(old)); err == nil {
		t.Error("the old certificate is still in use")
	}
	if err := os.Remove(cert); err != nil {
		t.Fatal(err)
	}
	if _, err := get(trusting(next)); err != nil {
		t.Errorf("without the file: %v", err)
	}
	outdated := trusting(next)
	outdated.Transport.(*http.Transport).TLSClientConfig.MinVersion = tls.VersionTLS10
	outdated.Transport.(*http.Transport).TLSClientConfig.MaxVersion = tls.VersionTLS11
	if _, err := get(outdated); err == nil {
		t.Error("TLS 1.1 was accepted")
	}
}

func TestWebsocketsAndBrowsersByTLS(t *testing.T) {
	cert, key, leaf := writePair(t, t.TempDir(), "it")
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true, Prefix: "/wids/",
		CORS: kismet.CORS{Allow: true}, TLS: TLS{Cert: cert, Key: key, HSTS: 24 * time.Hour}})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	address := strings.Replace(s.URL(), "https", "wss", 1) + "wids/eventbus/events.ws?user=admin&password=secret%20word"
	c, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: trusting(leaf)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.CloseNow()
	if err := c.Write(ctx, websocket.MessageText, []byte(`{"SUBSCRIBE":"TIMESTAMP"}`)); err != nil {
		t.Fatal(err)
	}
	await(ctx, t, c, "TIMESTAMP")
	resp, err := trusting(leaf).Get(s.URL() + "wids/alerts/all_alerts.json")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if h := resp.Header; resp.StatusCode != 401 || h.Get("Strict-Transport-Security") != "max-age=86400" || h.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("got status %d, header %v", resp.StatusCode, h)
	}
}

func TestTLSThatCannotWorkIsToldAtTheStart(t *testing.T) {
	folder := t.TempDir()
	cert, key, _ := writePair(t, folder, "a")
	_, other, _ := writePair(t, folder, "b")
	for want, o := range map[string]TLS{
		"the key in " + other + " does not belong to the certificate in " + cert: {Cert: cert, Key: other},
		"open " + filepath.Join(folder, "absent"):                                {Cert: filepath.Join(folder, "absent"), Key: key},
		"certificate " + key:             {Cert: key, Key: key},
		"with key " + cert:               {Cert: cert, Key: cert},
		"both a certificate and its key": {Cert: cert},
		"not both":                       {Cert: cert, Key: key, Domains: []string{"a.example"}},
	} {
		conf := config.Default()
		conf.Server.Listen = "127.0.0.1:0"
		s, err := New(Options{Config: conf, Memory: true, TLS: o})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("%+v: got %v, want an error with %q", o, err, want)
		}
		if s != nil {
			s.listener.Close()
		}
	}
}

// pipes is a listener whose connections are in memory, so that time-outs pass without waiting.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func (p pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}
func (p pipes) Close() error   { close(p.done); return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

func TestSlowClientsAreCutOff(t *testing.T) {
	for name, c := range map[string]struct {
		sent  string
		drip  bool // one more byte a second
		after time.Duration
		tls   bool
	}{
		"nothing":                 {"", false, 10 * time.Second, false},
		"half a header":           {"GET / HTTP/1.1\r\nHost: h\r\nX: ", false, 10 * time.Second, false},
		"a header byte by byte":   {"GET / HTTP/1.1\r\nHost: h\r\nX: ", true, 10 * time.Second, false},
		"half a body":             {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\nx", false, 30 * time.Second, false},
		"a body byte by byte":     {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\nx", true, 30 * time.Second, false},
		"half a handshake":        {"\x16\x03\x01\x02", true, 10 * time.Second, true},
		"nothing after an answer": {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", false, 2 * time.Minute, false},
	} {
		synctest.Test(t, func(t *testing.T) {
			server := newHTTP(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) }), slog.New(slog.DiscardHandler))
			l := pipes{make(chan net.Conn), make(chan struct{})}
			served := make(chan error, 1)
			var listener net.Listener = l
			if c.tls {
				listener = tls.NewListener(l, &tls.Config{GetCertificate: (&keyPair{}).get})
			}
			go func() { served <- server.Serve(listener) }()
			ours, theirs := net.Pipe()
			l.conns <- theirs
			began := time.Now()
			var dripped sync.WaitGroup
			dripped.Go(func() {
				if _, err := io.WriteString(ours, c.sent); err != nil || !c.drip {
					return
				}
				for {
					time.Sleep(time.Second) // the bubble's time
					if _, err := ours.Write([]byte("x")); err != nil {
						return
					}
				}
			})
			io.Copy(io.Discard, ours) // until the server hangs up
			if got := time.Since(began); got < c.after || got > c.after+time.Second {
				t.Errorf("%s: cut off after %s, want %s", name, got, c.after)
			}
			ours.Close()
			dripped.Wait()
			server.Close()
			<-served
		})
	}
}

func TestTheLoginOfKismetOpensTheServer(t *testing.T) {
	folder := t.TempDir()
	old := filepath.Join(folder, "kismet_httpd.conf")
	if err := os.WriteFile(old, []byte("httpd_username=kis\nhttpd_password=old word\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	conf := config.Default()
	conf.Server.Data = filepath.Join(folder, "data")
	s := start(t, Options{Config: conf, KismetLogin: old})
	if s.SetupURL() != "" {
		t.Error("set-up is still open")
	}
	if status, body := get(t, s, "/session/check_login", "kis", "old word"); status != http.StatusOK {
		t.Errorf("got %d %s", status, fmt.Sprint(body))
	}
}
