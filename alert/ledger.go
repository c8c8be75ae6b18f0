package alert

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Ledger keeps what was raised.
type Ledger struct {
	options Options
	bus     bus
	wake    chan struct{} // has one if the queue grew
	version atomic.Uint64 // counts the records shown

	mu        sync.Mutex
	order     []string // headers as defined
	kinds     map[string]*kind
	external  int
	last      time.Time // of the newest record, or later
	sequence  uint16
	queue     []entry // raised, and shown to nobody yet
	stopped   bool    // nothing is kept any more
	losses    losses
	keeping   Keeping
	left      time.Time // of the newest record that is no longer in alerts; zero: none
	alerts    ring[*tocsin.Alert]
	messages  ring[tocsin.Message]
	incidents incidents
	silences  []tocsin.Silence // in the order in which they were made; replaced as a whole
	acts      []*act           // of people, that wait to be kept
}

// kind is a definition and its throttle.
type kind struct {
	tocsin.Definition
	gate   *gate
	raised uint64
}

// Bounds of what clients can make the ledger keep.
const (
	messagesKept   = 50
	maxExternal    = 1000
	maxHeaderLen   = 64
	maxTextLen     = 4096
	incidentsKept  = 4096
	defaultBacklog = 50
)

// New returns a ledger that knows the alerts of the server about itself and no other.
func New(o Options) *Ledger {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Entropy == nil {
		o.Entropy = rand.Uint64
	}
	if o.Quiet <= 0 {
		o.Quiet = DefaultQuiet
	}
	if o.Queue <= 0 {
		o.Queue = DefaultQueue
	}
	l := &Ledger{options: o, kinds: map[string]*kind{}, alerts: ring[*tocsin.Alert]{most: o.Backlog}, wake: make(chan struct{}, 1),
		messages: ring[tocsin.Message]{most: messagesKept}, incidents: newIncidents(o.Quiet, o.Explains, o.Store != nil)}
	l.remember(o.Kept)
	l.options.Kept = nil
	for _, d := range tocsin.SystemAlerts {
		l.add(*d)
	}
	return l
}

// Found raises the record of a finding; nil and false if the throttle holds it back, or too many wait to be kept.
func (l *Ledger) Found(d tocsin.Detected) (*tocsin.Alert, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kinds[d.Definition.Header]
	if k == nil {
		k = l.add(*d.Definition)
	}
	a := l.recordOf(k, d)
	now := l.now()
	held, ok := k.gate.pass(a.Fingerprint, now)
	if !ok {
		l.held(a.Fingerprint, a.FrameTime)
		return nil, false
	}
	a.Suppressed, a.Location = held, l.located(&d)
	if !l.raise(k, entry{alert: a}, now) {
		return nil, false
	}
	return a, true
}

// held counts a finding that the throttle held back.
func (l *Ledger) held(fingerprint string, at time.Time) {
	if l.incidents.held(fingerprint, at) {
		l.rouse()
	}
}

// recordOf fills what a finding says into a record without time.
func (l *Ledger) recordOf(k *kind, d tocsin.Detected) *tocsin.Alert {
	a := &tocsin.Alert{
		Header: k.Header, Class: k.Class, Severity: k.Severity, Phy: k.Phy,
		Transmitter: d.BSSID, Source: d.Source, Dest: d.Dest, Other: d.Other,
		Channel: strconv.Itoa(int(d.Channel)), Frequency: uint32(d.Frequency) * 1000, Text: d.Text,
		Confidence: k.Confidence, Reason: d.Reason, Attack: k.Attack, Signal: d.Signal, SSID: d.SSID,
		FrameTime: tocsin.Moment(d.Time), Frames: framesOf(d), Fingerprint: fingerprint(k.Header, d),
	}
	switch {
	case d.Apart:
		a.Channel = "" // there is no frame
	case d.Hopping:
		a.Channel = tocsin.Hopping
	}
	if d.Confidence > 0 {
		a.Confidence = d.Confidence
	}
	if d.Severity != nil {
		a.Severity = *d.Severity
	}
	if l.options.Sensor != nil && !d.Apart {
		for _, n := range append([]uint16{d.Sensor}, d.Others...) {
			if name := l.options.Sensor(n); name != "" && !slices.Contains(a.Sensors, name) {
				a.Sensors = append(a.Sensors, name)
			}
		}
	}
	return a
}

// located tells where d was heard; of nil, where the server is.
func (l *Ledger) located(d *tocsin.Detected) *tocsin.Location {
	if l.options.Location == nil {
		return nil
	}
	return l.options.Location(d)
}

func framesOf(d tocsin.Detected) []uint64 {
	frames := append([]uint64(nil), d.Frames...)
	if n := len(frames); d.Number > 0 && (n == 0 || frames[n-1] != d.Number) {
		frames = append(frames, d.Number)
	}
	return frames
}

func fingerprint(header string, d tocsin.Detected) string {
	who := d.BSSID
	if !who.IsStation() {
		who = d.Source
	}
	s := header + " " + who.String()
	if d.Subject != "" {
		s += " " + d.Subject
	}
	return s
}

// Raise raises the alert that a client asks for, and returns when it is kept. ErrNotKept says that it is not; nothing
// tells then whether others see it.
func (l *Ledger) Raise(r Request) (*tocsin.Alert, error) {
	kept := make(chan error, 1)
	a, err := l.raiseRequest(r, kept)
	if err == nil && l.options.Store != nil {
		err = <-kept
	}
	if err != nil {
		return nil, err
	}
	return a, nil
}

func (l *Ledger) raiseRequest(r Request, kept chan<- error) (*tocsin.Alert, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kinds[strings.ToUpper(r.Header)]
	if k == nil {
		return nil, tocsin.Errorf(tocsin.NotFound, "unknown alert type %s", tocsin.Quote([]byte(r.Header)))
	}
	if len(r.Text) > maxTextLen || len(r.Channel) > maxHeaderLen {
		return nil, tocsin.Errorf(tocsin.Invalid, "the text is longer than %d octets", maxTextLen)
	}
	now := l.now()
	a := &tocsin.Alert{
		Header: k.Header, Class: k.Class, Severity: k.Severity, Phy: k.Phy, Transmitter: r.BSSID, Source: r.Source,
		Dest: r.Dest, Other: r.Other, Channel: r.Channel, Text: r.Text, FrameTime: now,
	}
	a.Fingerprint = fingerprint(k.Header, tocsin.Detected{Finding: tocsin.Finding{BSSID: r.BSSID, Source: r.Source}})
	held, ok := k.gate.pass(a.Fingerprint, now)
	if !ok {
		return nil, tocsin.Errorf(tocsin.Throttled, "alert throttle reached, alert not raised")
	}
	a.Suppressed, a.Location = held, l.located(nil)
	if !l.raise(k, entry{alert: a, kept: kept}, now) {
		return nil, fmt.Errorf("%w: too many wait to be kept", ErrNotKept)
	}
	return a, nil
}

// Tell raises an alert of the server about itself, and reports whether that was done: the throttle may hold it back, or it
// may be lost. Subject says which part of the server is meant: alerts of one subject are one incident.
func (l *Ledger) Tell(d *tocsin.Definition, subject, text string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	k := l.kinds[d.Header]
	if k == nil {
		k = l.add(*d)
	}
	now := l.now()
	a := &tocsin.Alert{
		Header: k.Header, Class: k.Class, Severity: k.Severity, Phy: k.Phy, Text: text, FrameTime: now, Confidence: k.Confidence,
		Fingerprint: strings.TrimSpace(k.Header + " " + subject),
	}
	held, ok := k.gate.pass(a.Fingerprint, now)
	if !ok {
		l.held(a.Fingerprint, now)
		return false
	}
	a.Suppressed = held
	return l.raise(k, entry{alert: a, own: true}, now)
}

// OneShot raises an alert that has no definition and no throttle. If too many wait to be kept, it is counted as lost and
// nobody sees it.
func (l *Ledger) OneShot(header string, class tocsin.Class, severity tocsin.Severity, text string) *tocsin.Alert {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	a := &tocsin.Alert{Header: header, Class: class, Severity: severity, Phy: tocsin.PhyAny, Text: text, FrameTime: now, Fingerprint: header}
	l.raise(nil, entry{alert: a, own: true}, now)
	return a
}

// now is the clock of records: it never goes back, and no two records have the same microsecond, so that a client
// that polls by time loses none.
func (l *Ledger) now() time.Time {
	t := l.options.Now().Truncate(time.Microsecond)
	if !t.After(l.last) {
		t = l.last.Add(time.Microsecond)
	}
	return t
}

// raise gives the record of e its time and names and takes it to be kept and shown; false if it was lost.
func (l *Ledger) raise(k *kind, e entry, now time.Time) bool {
	a := e.alert
	l.last = now
	a.Time = now
	l.sequence++
	a.ID = tocsin.NewID(now, l.sequence, l.options.Entropy())
	a.Hash = hash(a)
	if l.options.Store != nil && !l.enqueue(e) {
		return false
	}
	if k != nil {
		k.raised++
	}
	if l.options.Store == nil {
		l.show(a)
	}
	return true
}

// show lets everybody see a.
func (l *Ledger) show(a *tocsin.Alert) {
	l.list(a)
	l.incidents.raised(a)
	m := messageOf(a)
	l.messages.add(m)
	l.bus.publish(Event{Topic: TopicAlert, Time: a.Time, Alert: a}, Event{Topic: TopicMessage, Time: a.Time, Message: &m})
	l.version.Add(1)
}

// Say keeps a message for clients. Debug messages are for the console alone.
func (l *Ledger) Say(flags tocsin.MessageFlags, text string) {
	if flags&tocsin.MessageDebug != 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.options.Now()
	m := tocsin.Message{Text: text, Flags: flags, Time: now.Truncate(time.Second)}
	l.messages.add(m)
	l.bus.publish(Event{Topic: TopicMessage, Time: now, Message: &m})
}

// Publish hands e to the subscribers without keeping it.
func (l *Ledger) Publish(e Event) { l.bus.publish(e) }

// Subscribe returns a subscription to everything, with a queue of that many events.
func (l *Ledger) Subscribe(queue int) *Subscription { return l.bus.subscribe(queue) }
