package mail_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"github.com/tocsin-wids/tocsin/notify"
	"github.com/tocsin-wids/tocsin/notify/mail"
	"github.com/tocsin-wids/tocsin/notify/notifytest"
)

const password = "pass-word"

// post is a server that takes mail for postmaster, defers that for later and refuses all other.
type post struct {
	letters chan string
	hang    chan struct{} // nil: it answers
}

func (p *post) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{post: p}, nil }

type session struct {
	post *post
	user string
}

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, secret string) error {
		if user != "tocsin" || secret != password {
			return errors.New("wrong: " + secret)
		}
		s.user = user
		return nil
	}), nil
}
func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }
func (s *session) Mail(string, *smtp.MailOptions) error {
	if s.post.hang != nil {
		<-s.post.hang
	}
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	switch {
	case strings.HasPrefix(to, "postmaster@"):
		return nil
	case strings.HasPrefix(to, "later@"):
		return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
	}
	return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
}

func (s *session) Data(r io.Reader) error {
	b, err := io.ReadAll(r)
	s.post.letters <- s.user + "\n" + string(b)
	return err
}

// serve starts a server whose certificate trust trusts.
func serve(t *testing.T, p *post, implicit bool) (address string, trust *tls.Config) {
	t.Helper()
	certified := httptest.NewUnstartedServer(nil)
	certified.StartTLS()
	certificate := certified.TLS.Certificates[0]
	roots := x509.NewCertPool()
	roots.AddCert(certified.Certificate())
	certified.Close()
	s := smtp.NewServer(p)
	s.Domain, s.AllowInsecureAuth = "localhost", false
	s.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if implicit {
		l = tls.NewListener(l, s.TLSConfig)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return l.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "example.com"}
}

func TestMailArrives(t *testing.T) {
	for _, way := range []mail.TLS{mail.StartTLS, mail.Implicit} {
		p := &post{letters: make(chan string, 1)}
		address, trust := serve(t, p, way == mail.Implicit)
		s, err := mail.New(mail.Options{Server: address, TLS: way, User: "tocsin", Password: password, From: "Tocsin <wids@example.com>", To: []string{"postmaster@example.com"}, Trust: trust})
		if err != nil {
			t.Fatal(err)
		}
		m := notifytest.Message()
		m.Cases[0].Title = "Ünder attack\r\nBcc: all@example.com"
		if err := s.Send(t.Context(), m); err != nil {
			t.Fatalf("%s: %v", way, err)
		}
		user, text, _ := strings.Cut(<-p.letters, "\n")
		letter, err := netmail.ReadMessage(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		h := letter.Header
		if user != "tocsin" || h.Get("Bcc") != "" || h.Get("Message-Id") != "<"+m.ID.String()+"@tocsin>" || h.Get("References") != "<"+m.GroupKey()+"@tocsin>" ||
			h.Get("From") != `"Tocsin" <wids@example.com>` || h.Get("Auto-Submitted") != "auto-generated" || h.Get("Date") != "Tue, 24 Nov 2026 21:01:00 +0000" {
			t.Errorf("%s: by %q came\n%s", way, user, text)
		}
		if !strings.Contains(text, "Somebody throws stations out of") {
			t.Errorf("%s: the text is missing in\n%s", way, text)
		}
	}
}

func TestRefusalsOfMailAreUnderstood(t *testing.T) {
	p := &post{letters: make(chan string, 9)}
	address, trust := serve(t, p, false)
	good := mail.Options{Server: address, User: "tocsin", Password: password, From: "wids@example.com", To: []string{"postmaster@example.com"}, Trust: trust}
	for name, c := range map[string]struct {
		change  func(*mail.Options)
		refused bool
		want    string
	}{
		"unknown receiver":  {func(o *mail.Options) { o.To = []string{"nobody@example.com"} }, true, "no such user"},
		"later":             {func(o *mail.Options) { o.To = []string{"later@example.com"} }, false, "greylisted"},
		"wrong password":    {func(o *mail.Options) { o.Password = password + "!" }, false, "wrong"},
		"wrong certificate": {func(o *mail.Options) { o.Trust = &tls.Config{ServerName: "other.example"} }, false, "certificate"},
		"nobody there":      {func(o *mail.Options) { o.Server = "127.0.0.1:1" }, false, "refused"},
	} {
		o := good
		c.change(&o)
		s, err := mail.New(o)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Send(t.Context(), notifytest.Message())
		if err == nil || errors.Is(err, notify.ErrRefused) != c.refused || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), password) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMailServerThatHangsIsLeft(t *testing.T) {
	p := &post{hang: make(chan struct{})}
	address, trust := serve(t, p, false)
	defer close(p.hang)
	s, err := mail.New(mail.Options{Server: address, From: "wids@example.com", To: []string{"postmaster@example.com"}, Trust: trust})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	begin := time.Now()
	if err := s.Send(ctx, notifytest.Message()); err == nil || time.Since(begin) > 5*time.Second {
		t.Errorf("after %s: %v", time.Since(begin), err)
	}
}

func TestMistakesInOptionsOfMailAreTold(t *testing.T) {
	for _, c := range []struct {
		o    mail.Options
		want string
	}{
		{mail.Options{From: "a@b.c", To: []string{"a@b.c"}}, "server is missing"}, {mail.Options{Server: "h", From: "a@b.c"}, "to is missing"},
		{mail.Options{Server: "h", From: "nobody", To: []string{"a@b.c"}}, `"nobody" is no address`}, {mail.Options{Server: "h", TLS: "ssl"}, `tls is "ssl"`},
		{mail.Options{Server: "h:99999", From: "a@b.c", To: []string{"a@b.c"}}, "port"},
	} {
		if _, err := mail.New(c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.o, err, c.want)
		}
	}
}
