// Package mail sends notifications by e-mail.
//
// # Concurrency
//
// A Sender belongs to one goroutine at a time.
package mail

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/tocsin-wids/tocsin/notify"
)

// Options says how mail is sent.
type Options struct {
	Server         string // host or host:port; the port is that of TLS if empty
	TLS            TLS
	User, Password string // none: without login
	From           string
	To             []string
	Trust          *tls.Config // whose certificates; the system's if nil
}

// TLS is how the connection is protected.
type TLS string

// The ways. Without TLS the password and the messages can be read on the way.
const (
	StartTLS TLS = "starttls" // begins in clear text and changes over, or fails; port 587
	Implicit TLS = "tls"      // from the beginning; port 465
	Plain    TLS = "none"     // port 25
)

var ports = map[TLS]int{StartTLS: 587, Implicit: 465, Plain: 25}

// Sender sends by one server to its receivers.
type Sender struct {
	options Options
	host    string
	port    int
}

// New returns a sender. The error says what cannot be meant so.
func New(o Options) (*Sender, error) {
	if o.TLS == "" {
		o.TLS = StartTLS
	}
	port, ok := ports[o.TLS]
	if !ok {
		return nil, fmt.Errorf("tls is %q; it is starttls, tls or none", string(o.TLS))
	}
	host := o.Server
	if h, p, err := net.SplitHostPort(o.Server); err == nil {
		host = h
		if port, err = strconv.Atoi(p); err != nil || port < 1 || port > 65535 {
			return nil, fmt.Errorf("server %s: the port is no number up to 65535", o.Server)
		}
	}
	if host == "" {
		return nil, errors.New("server is missing: the host that takes mail")
	}
	if len(o.To) == 0 {
		return nil, errors.New("to is missing: who gets the mail")
	}
	for _, address := range append([]string{o.From}, o.To...) {
		if _, err := mail.ParseAddress(address); err != nil {
			return nil, fmt.Errorf("%q is no address of mail", address)
		}
	}
	s := &Sender{o, host, port}
	_, err := s.client()
	return s, err
}

// ioTime is how long a server may take for one answer.
const ioTime = 20 * time.Second

// client returns what talks to the server for one message.
func (s *Sender) client() (*gomail.Client, error) {
	o := &s.options
	list := []gomail.Option{gomail.WithTimeout(ioTime), gomail.WithPort(s.port)}
	switch o.TLS {
	case Implicit:
		list = append(list, gomail.WithSSL())
	case Plain:
		list = append(list, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		list = append(list, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if o.Trust != nil {
		list = append(list, gomail.WithTLSConfig(o.Trust))
	}
	if o.User != "" {
		list = append(list, gomail.WithUsername(o.User), gomail.WithPassword(o.Password), gomail.WithSMTPAuth(gomail.SMTPAuthAutoDiscover))
	}
	return gomail.NewClient(s.host, list...)
}

// Send sends a message.
func (s *Sender) Send(ctx context.Context, m *notify.Message) error {
	letter, err := s.letter(m)
	if err != nil {
		return fmt.Errorf("%w: %w", notify.ErrRefused, err)
	}
	client, err := s.client()
	if err != nil {
		return fmt.Errorf("%w: %w", notify.ErrRefused, err)
	}
	// The library minds a context only while it connects: a server that hangs later is left to its time.
	done := make(chan error, 1)
	go func() { done <- client.DialAndSendWithContext(ctx, letter) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		return ctx.Err()
	}
	var refused *gomail.SendError
	if errors.As(err, &refused) && !refused.IsTemp() && refused.ErrorCode() >= 500 {
		err = fmt.Errorf("%w: %w", notify.ErrRefused, err)
	}
	return s.discreet(err)
}

// letter writes the message. Messages of a group are a thread.
func (s *Sender) letter(m *notify.Message) (*gomail.Msg, error) {
	letter := gomail.NewMsg()
	if err := letter.From(s.options.From); err != nil {
		return nil, err
	}
	if err := letter.To(s.options.To...); err != nil {
		return nil, err
	}
	letter.Subject(m.Title())
	letter.SetDateWithValue(m.Time)
	letter.SetMessageIDWithValue(m.ID.String() + "@tocsin")
	letter.SetGenHeader(gomail.HeaderReferences, "<"+m.GroupKey()+"@tocsin>")
	letter.SetGenHeader("Auto-Submitted", "auto-generated")
	letter.SetBodyString(gomail.TypeTextPlain, m.Text()+"\n")
	return letter, nil
}

// discreet takes the password out of an error.
func (s *Sender) discreet(err error) error {
	if err == nil || s.options.Password == "" || !strings.Contains(err.Error(), s.options.Password) {
		return err
	}
	text := strings.ReplaceAll(err.Error(), s.options.Password, "…")
	if errors.Is(err, notify.ErrRefused) {
		return fmt.Errorf("%w: %s", notify.ErrRefused, text)
	}
	return errors.New(text)
}
