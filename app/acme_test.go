package app

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/acme"

	"github.com/tocsin-wids/tocsin/config"
)

// authority is a small ACME server (RFC 8555) that proves domains by tls-alpn-01 (RFC 8737), at the address of the
// server under test and not at that of the domain. It does not check the signatures of requests.
type authority struct {
	*httptest.Server
	t    *testing.T
	key  *ecdsa.PrivateKey
	root *x509.Certificate

	mu      sync.Mutex
	target  string // where it asks for proof
	print   string // of the account's key
	orders  int
	domain  string
	proven  bool
	granted []byte // PEM
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "root"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	root, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	a := &authority{t: t, key: key, root: root}
	a.Server = httptest.NewServer(a)
	t.Cleanup(a.Close)
	return a
}

// message is a JWS in its flat form; what is in it is base64 of JSON.
type message struct{ Protected, Payload string }

func decode64(t *testing.T, s string, v any) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err == nil && len(b) > 0 {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Errorf("request of the client: %v", err)
	}
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	defer a.mu.Unlock()
	w.Header().Set("Replay-Nonce", rand.Text())
	var m message
	if r.Method == http.MethodPost {
		if err := json.NewDecoder(r.Body).Decode(&m); err != nil {
			a.t.Error(err)
		}
	}
	say := func(status int, place string, v any) {
		w.Header().Set("Location", a.URL+place)
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		json.NewEncoder(w).Encode(v)
	}
	switch r.URL.Path {
	case "/directory":
		say(200, "", map[string]string{"newNonce": a.URL + "/nonce", "newAccount": a.URL + "/account", "newOrder": a.URL + "/order"})
	case "/nonce":
	case "/account":
		a.remember(m)
		say(201, "/account/1", map[string]string{"status": "valid"})
	case "/order":
		var order struct{ Identifiers []struct{ Value string } }
		decode64(a.t, m.Payload, &order)
		a.orders++
		a.domain, a.proven, a.granted = order.Identifiers[0].Value, false, nil
		say(201, "/order/1", a.order())
	case "/order/1":
		say(200, "/order/1", a.order())
	case "/proof":
		say(200, "/proof", map[string]any{"status": a.state(), "identifier": a.identifier(), "challenges": []any{a.challenge()}})
	case "/challenge":
		if err := a.prove(); err != nil {
			a.t.Errorf("proof of %s: %v", a.domain, err)
		}
		say(200, "/challenge", a.challenge())
	case "/finalize":
		var request struct{ CSR string }
		decode64(a.t, m.Payload, &request)
		a.grant(request.CSR)
		say(200, "/order/1", a.order())
	case "/certificate":
		w.Header().Set("Content-Type", "application/pem-certificate-chain")
		w.Write(a.granted)
	default:
		a.t.Errorf("the client asked for %s", r.URL.Path)
	}
}

const proofToken = "a-token-of-the-authority"

// remember keeps the thumbprint of the account's key.
func (a *authority) remember(m message) {
	var header struct{ JWK struct{ X, Y string } }
	decode64(a.t, m.Protected, &header)
	x, _ := base64.RawURLEncoding.DecodeString(header.JWK.X)
	y, _ := base64.RawURLEncoding.DecodeString(header.JWK.Y)
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
	if err == nil {
		a.print, err = acme.JWKThumbprint(key)
	}
	if err != nil {
		a.t.Error(err)
	}
}

func (a *authority) state() string {
	if a.proven {
		return "valid"
	}
	return "pending"
}

func (a *authority) identifier() any { return map[string]string{"type": "dns", "value": a.domain} }

func (a *authority) challenge() any {
	return map[string]string{"type": "tls-alpn-01", "url": a.URL + "/challenge", "token": proofToken, "status": a.state()}
}

func (a *authority) order() any {
	o := map[string]any{"status": "pending", "identifiers": []any{a.identifier()}, "authorizations": []string{a.URL + "/proof"}, "finalize": a.URL + "/finalize"}
	if a.proven {
		o["status"] = "ready"
	}
	if a.granted != nil {
		o["status"], o["certificate"] = "valid", a.URL+"/certificate"
	}
	return o
}

// prove connects as RFC 8737 §3 says and looks for the hash of the token and the account's key.
func (a *authority) prove() error {
	c, err := tls.Dial("tcp", a.target, &tls.Config{ServerName: a.domain, NextProtos: []string{acme.ALPNProto}, InsecureSkipVerify: true})
	if err != nil {
		return err
	}
	defer c.Close()
	hash := sha256.Sum256([]byte(proofToken + "." + a.print))
	want, err := asn1.Marshal(hash[:])
	if err != nil {
		return err
	}
	state := c.ConnectionState()
	leaf := state.PeerCertificates[0]
	for _, e := range leaf.Extensions {
		if e.Id.Equal(asn1.ObjectIdentifier{1, 3, 6, 1, 5, 5, 7, 1, 31}) && e.Critical && bytes.Equal(e.Value, want) &&
			state.NegotiatedProtocol == acme.ALPNProto && leaf.VerifyHostname(a.domain) == nil {
			a.proven = true
			return nil
		}
	}
	return fmt.Errorf("certificate %v proves nothing", leaf.Subject)
}

func (a *authority) grant(csr string) {
	der, err := base64.RawURLEncoding.DecodeString(csr)
	if err != nil {
		a.t.Error(err)
		return
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil || !a.proven || len(request.DNSNames) != 1 || request.DNSNames[0] != a.domain {
		a.t.Errorf("request for %v with %v proven: %v", request, a.proven, err)
		return
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(2), DNSNames: request.DNSNames, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(90 * 24 * time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
	if der, err = x509.CreateCertificate(rand.Reader, template, a.root, request.PublicKey, a.key); err != nil {
		a.t.Error(err)
	}
	a.granted = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}

func TestCertificatesOfAnAuthority(t *testing.T) {
	a := newAuthority(t)
	conf := config.Default()
	conf.Server.Data = t.TempDir()
	pool := x509.NewCertPool()
	pool.AddCert(a.root)
	for _, which := range []string{"first start", "second start, from the data folder"} {
		t.Run(which, func(t *testing.T) {
			s := start(t, Options{Config: conf, User: "admin", Password: "secret word",
				TLS: TLS{Domains: []string{"wids.example.test"}, Directory: a.URL + "/directory"}})
			address := s.listener.Addr().String()
			if want := "https://wids.example.test:" + address[strings.LastIndexByte(address, ':')+1:] + "/"; s.URL() != want {
				t.Errorf("got %s, want %s", s.URL(), want)
			}
			a.mu.Lock()
			a.target = address
			a.mu.Unlock()
			// A name that is not ours costs the authority nothing.
			if c, err := tls.Dial("tcp", address, &tls.Config{ServerName: "other.example.test", RootCAs: pool}); err == nil {
				t.Errorf("%s: another name got certificate %v", which, c.ConnectionState().PeerCertificates[0].DNSNames)
			}
			for range 2 {
				c, err := tls.DialWithDialer(&net.Dialer{Timeout: 20 * time.Second}, "tcp", address, &tls.Config{ServerName: "wids.example.test", RootCAs: pool})
				if err != nil {
					t.Fatalf("%s: %v", which, err)
				}
				c.Close()
			}
		})
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.orders != 1 {
		t.Errorf("got %d orders, want one for all", a.orders)
	}
}
