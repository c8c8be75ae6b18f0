package gps

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// maxMade bounds the receivers that sources have made.
const maxMade = 1000

// Receivers are those of a server.
type Receivers struct {
	identify func(Definition) string

	mu   sync.Mutex
	list []*Receiver // by priority, then as they were defined
	made int
}

// New returns the receivers of definitions, of which each gets a name of its own. Identify makes the UUID of one that has none.
func New(definitions []Definition, identify func(Definition) string) *Receivers {
	s := &Receivers{identify: identify}
	for _, d := range definitions {
		s.add(d)
	}
	return s
}

// add is called with the lock held, or before anybody else knows s.
func (s *Receivers) add(d Definition) *Receiver {
	name := d.Name
	for n := 2; slices.ContainsFunc(s.list, func(r *Receiver) bool { return r.Name == d.Name }); n++ {
		d.Name = fmt.Sprint(name, n)
	}
	if d.UUID == "" {
		d.UUID = s.identify(d)
	}
	r := &Receiver{Definition: d}
	s.list = append(s.list, r)
	slices.SortStableFunc(s.list, func(a, b *Receiver) int { return cmp.Compare(a.Priority, b.Priority) })
	return r
}

// All lists them by priority.
func (s *Receivers) All() []*Receiver {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.list)
}

// Named returns the receiver with this name. One that is not there is made, to be told its place over HTTP, unless there are too many: nil.
func (s *Receivers) Named(name string) *Receiver {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range s.list {
		if r.Name == name {
			return r
		}
	}
	if s.made == maxMade {
		return nil
	}
	s.made++
	return s.add(Definition{Kind: Meta, Name: name, DataOnly: true, Text: "meta:name=" + name})
}

// Told returns the receiver of a kind that is told its place, with this name unless it is the one of the Web; nil if there is none.
func (s *Receivers) Told(kind Kind, name string) *Receiver {
	for _, r := range s.All() {
		if r.Kind == kind && (kind == Web || r.Name == name) {
			return r
		}
	}
	return nil
}

// ByUUID returns the receiver with this identifier; nil if there is none.
func (s *Receivers) ByUUID(uuid string) *Receiver {
	for _, r := range s.All() {
		if strings.EqualFold(r.UUID, uuid) {
			return r
		}
	}
	return nil
}

// Best returns where the server is, and the receiver that says so. Both are nil if none knows; then r may still be one that is to know.
func (s *Receivers) Best(now time.Time) (l *tocsin.Location, r *Receiver) {
	for _, r := range s.All() {
		if r.DataOnly {
			continue
		}
		if l := r.At(now); l != nil {
			return l, r
		}
	}
	return nil, nil
}

// Locates reports whether there is a receiver that is to tell where the server is.
func (s *Receivers) Locates() bool {
	return slices.ContainsFunc(s.All(), func(r *Receiver) bool { return !r.DataOnly })
}

// Receiver tells where something is.
type Receiver struct {
	Definition

	mu        sync.Mutex
	place     tocsin.Location // newest that was valid
	heard     time.Time       // when it came; zero: never
	connected bool
	problem   string

	dial func(context.Context) (connection, error) // to the Address if nil
}

// toldAge is how old a place may be that was told over HTTP.
const toldAge = 30 * time.Second

// At returns where it is; nil if it does not know, or has not heard for too long. What it returns is the caller's.
func (r *Receiver) At(now time.Time) *tocsin.Location {
	if r.Kind == Virtual {
		l := r.Place
		l.Time, l.From = now.Truncate(time.Microsecond), tocsin.OriginServer
		return &l
	}
	age := tocsin.LocationAge
	if !r.Kind.measured() {
		age = toldAge
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.heard.IsZero() || now.Sub(r.heard) > age {
		return nil
	}
	l := r.place
	return &l
}

// Update tells it where it is; false if that is no place. Its time is now: receivers have clocks of their own, and some are years off.
func (r *Receiver) Update(l tocsin.Location, now time.Time) bool {
	if !l.Valid() {
		return false
	}
	l.Time, l.From = now.Truncate(time.Microsecond), tocsin.OriginServer
	r.mu.Lock()
	defer r.mu.Unlock()
	r.place, r.heard = l, now
	return true
}

// State returns whether it is connected to what tells it, where that is needed, and why not.
func (r *Receiver) State() (connected bool, problem string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.connected || !r.Kind.measured(), r.problem
}

func (r *Receiver) setState(connected bool, problem string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.connected, r.problem = connected, problem
}
