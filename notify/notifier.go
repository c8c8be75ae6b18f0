package notify

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Options configures a Notifier.
type Options struct {
	Routes    []Route
	Receivers map[string]Sender
	Outbox    Outbox
	Logger    *slog.Logger // discards if nil

	// Trouble is told when a receiver does not take messages, and with an empty reason when it does again. It may be nil.
	Trouble func(receiver, reason string)
}

// Notifier tells people of incidents.
type Notifier struct {
	options  Options
	changes  chan Change
	lost     atomic.Uint64
	carriers map[string]*carrier
	groups   map[string]*group // by name
	known    map[string]map[tocsin.ID]Known
}

// queued is how many changes may wait. More come at once only when a server starts with many open incidents.
const queued = 4096

// New returns a notifier. The error names receivers of routes that there are not.
func New(o Options) (*Notifier, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Trouble == nil {
		o.Trouble = func(string, string) {}
	}
	n := &Notifier{
		options: o, changes: make(chan Change, queued), carriers: map[string]*carrier{}, groups: map[string]*group{},
		known: map[string]map[tocsin.ID]Known{},
	}
	for name, sender := range o.Receivers {
		n.carriers[name] = newCarrier(name, sender, &n.options)
	}
	var mistakes []error
	for i, r := range o.Routes {
		for _, name := range r.Receivers {
			if n.carriers[name] == nil {
				mistakes = append(mistakes, fmt.Errorf("route %d: there is no receiver %q", i+1, name))
			}
		}
	}
	return n, errors.Join(mistakes...)
}

// Change takes in what happened to a case.
func (n *Notifier) Change(c Change) {
	select {
	case n.changes <- c:
	default:
		n.lost.Add(1)
	}
}

// Lost returns how many changes found the queue full.
func (n *Notifier) Lost() uint64 { return n.lost.Load() }

// Run tells people until ctx is done. What was promised and not sent is sent after the next start.
func (n *Notifier) Run(ctx context.Context) error {
	if err := n.recall(ctx); err != nil {
		return fmt.Errorf("read the outbox of notifications: %w", err)
	}
	var carrying sync.WaitGroup
	defer carrying.Wait()
	for _, c := range n.carriers {
		carrying.Go(func() { c.run(ctx) })
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case c := <-n.changes:
			n.change(ctx, c, time.Now())
		case now := <-timer.C:
			n.tell(ctx, now)
		}
		timer.Stop()
		if next := n.next(); !next.IsZero() {
			timer.Reset(time.Until(next))
		}
	}
}

// recall reads what was promised before.
func (n *Notifier) recall(ctx context.Context) error {
	letters, err := n.options.Outbox.Waiting(ctx)
	if err != nil {
		return err
	}
	for _, l := range letters {
		if c := n.carriers[l.Receiver]; c != nil {
			c.add(l.Message)
		} else if err := n.options.Outbox.Done(ctx, l.Message.ID, l.Receiver); err != nil {
			return err
		}
	}
	known, err := n.options.Outbox.Known(ctx)
	for _, k := range known {
		if n.known[k.Group] == nil {
			n.known[k.Group] = map[tocsin.ID]Known{}
		}
		n.known[k.Group][k.Case] = k
	}
	return err
}

// change hands a change to the groups that it concerns.
func (n *Notifier) change(ctx context.Context, c Change, now time.Time) {
	served := map[string]bool{}
	for i := range n.options.Routes {
		r := &n.options.Routes[i]
		if !r.Match.Accepts(&c.Case) {
			continue
		}
		var to []string
		for _, name := range r.Receivers {
			if !served[name] {
				served[name] = true
				to = append(to, name)
			}
		}
		if len(to) == 0 {
			continue
		}
		// A case that becomes worse may meet another route first: then people hear of it there, for the first time.
		name := strings.Join(to, ",") + "\x00" + r.key(&c.Case)
		g := n.groups[name]
		if g == nil {
			if g = n.open(name, r, to, now); g == nil {
				continue
			}
		}
		g.change(c, now)
		if gone := g.forget(); gone != nil {
			n.keep(ctx, Promise{Forget: gone})
		}
	}
}

// open begins a group; nil if there are too many.
func (n *Notifier) open(name string, r *Route, to []string, now time.Time) *group {
	if len(n.groups) >= maxGroups {
		maps.DeleteFunc(n.groups, func(_ string, g *group) bool { return g.idle(now) })
	}
	if len(n.groups) >= maxGroups {
		name = strings.Join(to, ",") // all others are one
		if g := n.groups[name]; g != nil {
			return g
		}
	}
	g := &group{route: r, name: name, to: to, cases: map[tocsin.ID]*entry{}, known: n.known[name]}
	for _, k := range g.known {
		g.worst = max(g.worst, k.Severity)
		if k.Time.After(g.last) {
			g.last = k.Time
		}
	}
	delete(n.known, name)
	n.groups[name] = g
	return g
}

// next returns when something is to be told; zero if nothing is.
func (n *Notifier) next() time.Time {
	var next time.Time
	for _, g := range n.groups {
		if !g.due.IsZero() && (next.IsZero() || g.due.Before(next)) {
			next = g.due
		}
	}
	return next
}

// tell promises what is due.
func (n *Notifier) tell(ctx context.Context, now time.Time) {
	for _, name := range slices.Sorted(maps.Keys(n.groups)) {
		g := n.groups[name]
		if g.due.IsZero() || g.due.After(now) {
			continue
		}
		m, known := g.tell(now)
		if m == nil {
			continue
		}
		m.ID = tocsin.NewID(now, 0, entropy())
		p := Promise{Known: known, Forget: g.forget()}
		for _, name := range g.to {
			p.Letters = append(p.Letters, Letter{name, m})
		}
		n.keep(ctx, p)
		for _, name := range g.to {
			n.carriers[name].add(m)
		}
	}
}

// keep puts a promise into the outbox. What cannot be kept is sent all the same: twice is better than never.
func (n *Notifier) keep(ctx context.Context, p Promise) {
	if err := n.options.Outbox.Put(ctx, p); err != nil && ctx.Err() == nil {
		n.options.Logger.Error("notifications are not kept, and may be lost or sent twice if the server stops", "error", err)
	}
}

func entropy() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails
	return binary.LittleEndian.Uint64(b[:])
}
