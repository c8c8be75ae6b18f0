package kismetstream

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Server is where a stream is, made by ParseServer. Its text has no secrets.
type Server struct{ url *url.URL }

// path is that of all packets, below the prefix that a proxy may put in front.
const path = "/pcap/all_packets.pcapng"

// ErrLogin says that an address has something in it that must be kept secret.
var ErrLogin = errors.New("a login does not belong into the address, where everybody sees it; write user=NAME,password-file=FILE or apikey-file=FILE behind it")

// ParseServer reads an address such as http://host:2501, with the prefix of a proxy or the whole path of a stream behind it.
// Its error repeats nothing of text.
func ParseServer(text string) (Server, error) {
	u, err := url.Parse(text)
	switch {
	case err != nil:
		return Server{}, errors.New("the address cannot be read; it is written http://host:2501")
	case u.User != nil || u.RawQuery != "":
		return Server{}, ErrLogin
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.Fragment != "":
		return Server{}, errors.New("the address begins with http:// or https:// and a host, such as http://host:2501")
	}
	if !strings.HasSuffix(u.Path, ".pcapng") {
		u.Path, u.RawPath = strings.TrimRight(u.Path, "/")+path, ""
	}
	return Server{u}, nil
}

func (s Server) String() string { return s.url.String() }

// Login is what the server wants to know. The secrets stay in their files and are read for each request.
type Login struct {
	User, PasswordFile string
	KeyFile            string // of an API key or token
}

// add puts the login into a request.
func (l Login) add(r *http.Request) error {
	if l.KeyFile != "" {
		key, err := secret(l.KeyFile)
		if err != nil {
			return err
		}
		// Kismet decodes the whole header as it does queries.
		r.Header.Set("Cookie", "KISMET="+url.QueryEscape(key))
	}
	if l.User != "" {
		password, err := secret(l.PasswordFile)
		if err != nil {
			return err
		}
		r.SetBasicAuth(l.User, password)
	}
	return nil
}

// maxSecret is longer than any password or key.
const maxSecret = 4096

// secret reads a file of one line.
func secret(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("read login: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", fmt.Errorf("read login: %w", err)
	}
	b = bytes.TrimRight(b, "\r\n")
	if len(b) == 0 || len(b) > maxSecret || bytes.ContainsAny(b, "\r\n\x00") {
		return "", fmt.Errorf("read login: %s is not one line of at most %d octets", name, maxSecret)
	}
	return string(b), nil
}

// How long the server may take. Once the stream has begun it may be silent for as long as its radios hear nothing; the kernel asks
// whether the server is still there.
const (
	connectTime = 10 * time.Second
	answerTime  = 30 * time.Second
)

// client returns a client that asks nobody but the server: no proxy, and no other address that it is sent to.
func (o Options) client() (*http.Client, error) {
	dialer := &net.Dialer{
		Timeout:         connectTime,
		KeepAliveConfig: net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 15 * time.Second, Count: 4},
	}
	transport := &http.Transport{
		DialContext: dialer.DialContext, TLSHandshakeTimeout: connectTime, ResponseHeaderTimeout: answerTime,
		MaxResponseHeaderBytes: 64 << 10, DisableCompression: true, DisableKeepAlives: true,
		Protocols: new(http.Protocols), TLSClientConfig: &tls.Config{},
	}
	transport.Protocols.SetHTTP1(true)
	if o.CA != "" {
		pem, err := os.ReadFile(o.CA)
		if err != nil {
			return nil, fmt.Errorf("read certificate: %w", err)
		}
		transport.TLSClientConfig.RootCAs = x509.NewCertPool()
		if !transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("read certificate: %s holds none", o.CA)
		}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// open asks for the stream.
func (o Options) open(ctx context.Context, c *http.Client) (io.ReadCloser, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, o.Server.String(), nil)
	if err != nil {
		return nil, err
	}
	r.Header.Set("User-Agent", "Tocsin")
	if err := o.Login.add(r); err != nil {
		return nil, err
	}
	answer, err := c.Do(r)
	if err != nil {
		return nil, fmt.Errorf("listen to %s: %w", o.Server, o.failure(err))
	}
	if answer.StatusCode != http.StatusOK {
		answer.Body.Close()
		return nil, fmt.Errorf("listen to %s: %s", o.Server, o.refusal(answer))
	}
	return answer.Body, nil
}

// maxFailure bounds what is said of a failure, in which there may be words of the server.
const maxFailure = 300

// failure says why there was no answer, without the address, which the caller names.
func (o Options) failure(err error) error {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) && o.CA == "" {
		return errors.New("nobody whom this machine trusts vouches for its certificate; ca-file=FILE names who does")
	}
	if text := err.Error(); len(text) > maxFailure {
		return errors.New(strings.ToValidUTF8(text[:maxFailure], "") + "…")
	}
	return err
}

// refusal says in one line what an answer means and what to do.
func (o Options) refusal(answer *http.Response) string {
	switch code := answer.StatusCode; {
	case code == http.StatusUnauthorized && o.Login == Login{}:
		return "it wants a login: add user=NAME,password-file=FILE or apikey-file=FILE"
	case code == http.StatusUnauthorized:
		return "it does not take the login: see that the files hold what the server knows"
	case code == http.StatusForbidden:
		return "the login may not read packets: it needs the role readonly or admin"
	case code == http.StatusNotFound:
		return "there is no packet stream: is it a Kismet or a Tocsin, and is the prefix of a proxy missing in url=?"
	case code >= 300 && code < 400:
		return "it redirects, which is not followed with a login at hand" + redirected(answer)
	case code == http.StatusServiceUnavailable:
		return "it is too busy to hand on packets (503): others listen along, or it is starting"
	}
	return fmt.Sprintf("it answers %d %s and no packet stream", answer.StatusCode, http.StatusText(answer.StatusCode))
}

// redirected names where a server redirects to.
func redirected(answer *http.Response) string {
	u, err := answer.Location()
	if err != nil {
		return ""
	}
	return ": name the address itself with url=" + tocsin.Quote([]byte((&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}).String()))
}
