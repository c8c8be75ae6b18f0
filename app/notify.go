package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/notify"
	"github.com/tocsin-wids/tocsin/notify/mail"
	"github.com/tocsin-wids/tocsin/notify/post"
)

// Receivers makes the receivers that a configuration names. The error tells each that cannot be made, without its secrets.
func Receivers(c config.Notify) (map[string]notify.Sender, error) {
	list := map[string]notify.Sender{}
	for _, name := range slices.Sorted(maps.Keys(c.Receivers)) {
		sender, err := receiver(c.Receivers[name])
		if err != nil {
			return nil, fmt.Errorf("notify.receivers.%s: %w", tocsin.Quote([]byte(name)), err)
		}
		list[name] = sender
	}
	return list, nil
}

func receiver(c config.Receiver) (notify.Sender, error) {
	var read [4]string
	for i, s := range []config.Secret{c.URL, c.Token, c.Secret, c.Password} {
		var err error
		if read[i], err = s.Read(); err != nil {
			return nil, err
		}
	}
	if c.Kind == "mail" {
		return mail.New(mail.Options{Server: c.Server, TLS: mail.TLS(c.TLS), User: c.User, Password: read[3], From: c.From, To: c.To})
	}
	return post.New(c.Kind, post.Options{URL: read[0], Token: read[1], Secret: read[2], To: strings.Join(c.To, ",")})
}

// TestCase is the incident that a test message tells of.
func TestCase(now time.Time) notify.Case {
	return notify.Case{
		ID: tocsin.NewID(now, 0, 0), Header: "TEST", Title: "Nothing has happened", Class: tocsin.System, Severity: tocsin.Info, Confidence: 100,
		Text: "Somebody tries whether notifications of Tocsin arrive here. They do.", First: now, Last: now, Count: 1,
	}
}

// teller finds out what happens to incidents and has people told.
type teller struct {
	notifier  *notify.Notifier
	incidents func() []tocsin.Incident
	quiet     time.Duration // after which an incident of which nothing is heard has ended
	site      string
	link      string // under which people reach the server; empty: unknown
	last      map[tocsin.ID]stand
}

// stand is what people are to know of an incident.
type stand struct {
	severity tocsin.Severity
	standing notify.Standing
}

// newTeller returns it; nil if nobody is to be told.
func (s *Server) newTeller() (*teller, error) {
	c := s.options.Config
	if len(c.Notify.Routes) == 0 {
		return nil, nil
	}
	receivers, err := Receivers(c.Notify)
	if err != nil {
		return nil, err
	}
	var outbox notify.Outbox = notify.NewMemory()
	if s.store != nil {
		outbox = s.store.Outbox()
	}
	n, err := notify.New(notify.Options{Routes: c.Notify.Routes, Receivers: receivers, Outbox: outbox, Logger: s.logger, Trouble: s.trouble})
	if err != nil {
		return nil, err
	}
	return &teller{
		notifier: n, incidents: s.ledger.Incidents, quiet: c.Alerts.Quiet, site: c.Server.Name, link: strings.TrimRight(c.Notify.Link, "/"),
		last: map[tocsin.ID]stand{},
	}, nil
}

// trouble tells that a receiver does not take messages, or does again.
func (s *Server) trouble(receiver, reason string) {
	name := tocsin.Quote([]byte(receiver))
	if reason == "" {
		s.ledger.Say(tocsin.MessageInfo, "The receiver "+name+" takes notifications again")
		return
	}
	s.ledger.Tell(&tocsin.NotifyFailed, name, fmt.Sprintf("The receiver %s does not take notifications: %s", name, reason))
}

// run tells people until ctx is done.
func (t *teller) run(ctx context.Context) error {
	done := make(chan error, 1)
	go func() { done <- t.notifier.Run(ctx) }()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	t.look(time.Now())
	for {
		select {
		case err := <-done:
			return err
		case now := <-tick.C:
			t.look(now)
		}
	}
}

// look compares the incidents with what they were.
func (t *teller) look(now time.Time) {
	seen := make(map[tocsin.ID]stand, len(t.last))
	for _, i := range t.incidents() {
		s := stand{i.MaxSeverity, t.standing(&i, now)}
		if before, known := t.last[i.ID]; !known || before != s {
			t.notifier.Change(notify.Change{Case: t.caseOf(&i), Standing: s.standing})
		}
		seen[i.ID] = s
	}
	t.last = seen
}

// standing is what has become of an incident. Frames of a replay have times of their own: the raise counts too.
func (t *teller) standing(i *tocsin.Incident, now time.Time) notify.Standing {
	switch {
	case i.State == tocsin.Resolved, now.Sub(i.LastSeen) > t.quiet && now.Sub(i.Last.Time) > t.quiet:
		return notify.Ended
	case i.Inhibitor != tocsin.ID{}, i.Silence != tocsin.ID{}:
		return notify.Muted
	case i.State == tocsin.Acknowledged:
		return notify.Acknowledged
	}
	return notify.Open
}

func (t *teller) caseOf(i *tocsin.Incident) notify.Case {
	a := i.Last
	guide := Guide(a.Header)
	_, subject, _ := strings.Cut(a.Fingerprint, " ")
	c := notify.Case{
		ID: i.ID, Header: a.Header, Title: guide.Title, Class: a.Class, Severity: i.MaxSeverity, Confidence: a.Confidence, Text: a.Text, Reason: a.Reason,
		Advice: guide.Advice, Subject: subject, Channel: a.Channel, Sensors: a.Sensors, Site: t.site, First: i.FirstSeen, Last: i.LastSeen, Count: i.Count,
	}
	if c.Title == "" { // of an alert that a client raised
		c.Title = a.Header
	}
	if a.Transmitter != (tocsin.MAC{}) {
		c.Network = a.Transmitter.String()
	}
	if t.link != "" {
		c.Link = t.link + "/api/v1/incidents/" + i.ID.String()
	}
	return c
}
