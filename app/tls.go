package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/acme"
	"golang.org/x/crypto/acme/autocert"
)

// TLS says how the server shows who it is: with a certificate of the operator's, or with those that it asks an
// authority for. The zero value answers in clear text.
type TLS struct {
	Cert, Key string   // PEM files; read again when they have changed
	Domains   []string // names to ask for certificates of; the authority connects to them at port 443
	Email     string   // for the authority; may be empty
	Directory string   // URL of the authority's ACME directory; Let's Encrypt if empty
	// HSTS is how long browsers are to use nothing but TLS with this name; 0 says nothing to them. They remember it:
	// a server that gives TLS up cannot be reached by them until it is over.
	HSTS time.Duration
}

// on reports whether t asks for TLS.
func (t TLS) on() bool { return t.Cert != "" || t.Key != "" || len(t.Domains) > 0 }

// config returns nil without TLS. Cache is the folder where certificates of the authority are kept; empty: in memory.
func (t TLS) config(cache string, logger *slog.Logger) (*tls.Config, error) {
	switch {
	case !t.on():
		return nil, nil
	case len(t.Domains) > 0 && (t.Cert != "" || t.Key != ""):
		return nil, errors.New("TLS takes a certificate, or domains to ask for one, not both")
	case len(t.Domains) > 0:
		return t.authority(cache), nil
	case t.Cert == "" || t.Key == "":
		return nil, errors.New("TLS needs both a certificate and its key")
	}
	pair := &keyPair{cert: t.Cert, key: t.Key, logger: logger}
	if err := pair.load(pair.look()); err != nil {
		return nil, err
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"}, GetCertificate: pair.get}, nil
}

// authority asks for certificates of exactly the domains: whoever asks for another name by TLS costs the authority nothing.
func (t TLS) authority(cache string) *tls.Config {
	m := &autocert.Manager{Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(t.Domains...), Email: t.Email}
	if cache != "" {
		m.Cache = autocert.DirCache(cache)
	}
	if t.Directory != "" { // an authority of one's own, as in a closed network
		m.Client = &acme.Client{DirectoryURL: t.Directory}
	}
	return &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1", acme.ALPNProto}, GetCertificate: m.GetCertificate}
}

// remember tells browsers to come back by TLS only, if that is asked for.
func (t TLS) remember(next http.Handler) http.Handler {
	if t.HSTS <= 0 {
		return next
	}
	value := "max-age=" + strconv.FormatInt(int64(t.HSTS/time.Second), 10)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS != nil { // in clear text it would count for nothing
			w.Header().Set("Strict-Transport-Security", value)
		}
		next.ServeHTTP(w, r)
	})
}

// keyPair is a certificate in two files, which tools renew in place.
type keyPair struct {
	cert, key string
	logger    *slog.Logger

	mu      sync.Mutex
	seen    []fileState
	current *tls.Certificate
}

// fileState tells one content of a file from another.
type fileState struct {
	modified time.Time
	size     int64
	id       fs.FileInfo
}

func (a fileState) same(b fileState) bool {
	return a.modified.Equal(b.modified) && a.size == b.size && os.SameFile(a.id, b.id)
}

// look returns the states of the files; nil if one cannot be seen, as while it is replaced.
func (p *keyPair) look() []fileState {
	var states []fileState
	for _, path := range []string{p.cert, p.key} {
		info, err := os.Stat(path)
		if err != nil {
			return nil
		}
		states = append(states, fileState{info.ModTime(), info.Size(), info})
	}
	return states
}

// get answers a handshake. Files that have changed are read; if they do not fit together, as between the two writes of
// a renewal, the old certificate stays.
func (p *keyPair) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.look(); now != nil && !slices.EqualFunc(now, p.seen, fileState.same) {
		if err := p.load(now); err != nil {
			p.logger.Warn("certificate not renewed, the old one stays in use", "error", err)
		} else {
			p.logger.Info("certificate renewed", "file", p.cert, "until", p.current.Leaf.NotAfter)
		}
	}
	return p.current, nil
}

// load reads the files, which were in the given states before.
func (p *keyPair) load(states []fileState) error {
	// A failure too is told once. The states are from before the reading: what changes meanwhile is read again.
	p.seen = states
	c, err := tls.LoadX509KeyPair(p.cert, p.key)
	if err != nil {
		return p.explain(err)
	}
	if c.Leaf == nil {
		if c.Leaf, err = x509.ParseCertificate(c.Certificate[0]); err != nil {
			return p.explain(err)
		}
	}
	if time.Now().After(c.Leaf.NotAfter) {
		p.logger.Warn("the certificate has expired", "file", p.cert, "at", c.Leaf.NotAfter)
	}
	p.current = &c
	return nil
}

// explain names the file to look at.
func (p *keyPair) explain(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return fmt.Errorf("read TLS certificate: %w", err)
	}
	if strings.Contains(err.Error(), "does not match") {
		return fmt.Errorf("the key in %s does not belong to the certificate in %s", p.key, p.cert)
	}
	return fmt.Errorf("read TLS certificate %s with key %s: %w", p.cert, p.key, err)
}
