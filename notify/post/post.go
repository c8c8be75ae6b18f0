// Package post sends notifications by HTTP: as JSON to a webhook, and in the words of the services that take a message so.
//
// # Concurrency
//
// A Sender belongs to one goroutine at a time.
package post

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/notify"
)

// Sender sends by HTTP.
type Sender struct {
	service service
	options Options
	client  *http.Client
}

// Options says how a receiver is reached. Not all services need all of it.
type Options struct {
	URL    string // of the webhook, or of a server of one's own
	Token  string // secret
	Secret string // by which webhooks are signed; empty: they are not
	To     string // topic, chat, user, room
	Client *http.Client
}

// service makes the request of a message.
type service interface {
	request(o *Options, m *notify.Message) (*http.Request, error)
}

// New returns the sender of a kind of service; Kinds names them. The error says what of the options is missing or cannot be meant so.
func New(kind string, o Options) (*Sender, error) {
	k, ok := kinds[kind]
	if !ok {
		return nil, fmt.Errorf("%q is no kind of receiver; there are %s", kind, strings.Join(Kinds(), ", "))
	}
	if o.URL == "" {
		o.URL = k.url
	}
	for name, missing := range map[string]bool{"url": o.URL == "", "token": k.token && o.Token == "", "to": k.to && o.To == ""} {
		if missing {
			return nil, fmt.Errorf("%s is missing: %s", name, k.help)
		}
	}
	u, err := url.Parse(o.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("url is none of http or https") // it may hold a secret
	}
	client := o.Client
	if client == nil {
		client = &http.Client{}
	}
	// Where a redirect leads is not where the secret was meant for.
	c := *client
	c.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &Sender{k.service, o, &c}, nil
}

// maxAnswer is how much of an answer is read.
const maxAnswer = 64 << 10

// Send sends a message.
func (s *Sender) Send(ctx context.Context, m *notify.Message) error {
	q, err := s.service.request(&s.options, m)
	if err != nil {
		return fmt.Errorf("%w: %w", notify.ErrRefused, s.discreet(err))
	}
	q = q.WithContext(ctx)
	q.Header.Set("User-Agent", "Tocsin")
	q.Header.Set("X-Tocsin-Message", m.ID.String())
	a, err := s.client.Do(q)
	if err != nil {
		return s.discreet(err)
	}
	defer a.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(a.Body, maxAnswer)) // so that the connection can be used again; the status counts
	return s.judge(a, body)
}

// judge says what an answer means. What is the message's fault, and no lack of rights, will not be taken later.
func (s *Sender) judge(a *http.Response, body []byte) error {
	if a.StatusCode/100 == 2 {
		return nil
	}
	text := strings.Join(strings.Fields(strings.ToValidUTF8(string(body), "")), " ")
	if len(text) > 200 {
		text = text[:200] + "…"
	}
	err := fmt.Errorf("%s answers %s: %s", a.Request.URL.Host, a.Status, strconv.QuoteToGraphic(text))
	switch a.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusUnsupportedMediaType:
		err = fmt.Errorf("%w: %w", notify.ErrRefused, err)
	}
	return s.discreet(err)
}

// discreet takes secrets out of an error. Those of the standard library hold the URL.
func (s *Sender) discreet(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	text := err.Error()
	for _, secret := range []string{s.options.Token, s.options.Secret} {
		if secret != "" && strings.Contains(text, secret) {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	if text == err.Error() {
		return err
	}
	if errors.Is(err, notify.ErrRefused) {
		return fmt.Errorf("%w: %s", notify.ErrRefused, text)
	}
	return errors.New(text)
}

// post returns a request with a body.
func post(to, media string, body []byte) (*http.Request, error) {
	q, err := http.NewRequest(http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	q.Header.Set("Content-Type", media)
	return q, nil
}

// sign adds the signature of a webhook: HMAC-SHA256 over the time in Unix seconds, a dot, and the body.
func sign(q *http.Request, secret string, body []byte, at time.Time) {
	if secret == "" {
		return
	}
	stamp := strconv.FormatInt(at.Unix(), 10)
	q.Header.Set("X-Tocsin-Timestamp", stamp)
	q.Header.Set("X-Tocsin-Signature", signature(secret, stamp, body))
}

func signature(secret, stamp string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stamp + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// clockSkew is how old or how far ahead a signed message may be.
const clockSkew = 5 * time.Minute

// Verify checks the signature of a message to a webhook, for receivers written in Go.
func Verify(h http.Header, body []byte, secret string, now time.Time) error {
	seconds, err := strconv.ParseInt(h.Get("X-Tocsin-Timestamp"), 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > clockSkew {
		return errors.New("the message is not of now")
	}
	if want := signature(secret, h.Get("X-Tocsin-Timestamp"), body); !hmac.Equal([]byte(want), []byte(h.Get("X-Tocsin-Signature"))) {
		return errors.New("the message is not signed by this secret")
	}
	return nil
}
