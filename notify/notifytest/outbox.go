// Package notifytest has what tests of notifications need: an outbox in memory, and the suite that all outboxes pass.
package notifytest

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
)

// Outbox keeps what was promised in memory.
type Outbox struct {
	mu      sync.Mutex
	letters []notify.Letter
	known   map[key]notify.Known
}

type key struct {
	group string
	of    tocsin.ID
}

var _ notify.Outbox = (*Outbox)(nil)

// NewOutbox returns an empty outbox.
func NewOutbox() *Outbox { return &Outbox{known: map[key]notify.Known{}} }

// Put keeps a promise.
func (o *Outbox) Put(_ context.Context, p notify.Promise) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = append(o.letters, p.Letters...)
	for _, k := range p.Known {
		o.known[key{k.Group, k.Case}] = k
	}
	for _, k := range p.Forget {
		delete(o.known, key{k.Group, k.Case})
	}
	return nil
}

// Done takes a letter out.
func (o *Outbox) Done(_ context.Context, id tocsin.ID, receiver string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = slices.DeleteFunc(o.letters, func(l notify.Letter) bool { return l.Message.ID == id && l.Receiver == receiver })
	return nil
}

// Waiting returns the letters that are in.
func (o *Outbox) Waiting(context.Context) ([]notify.Letter, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := slices.Clone(o.letters)
	slices.SortStableFunc(list, func(a, b notify.Letter) int { return slices.Compare(a.Message.ID[:], b.Message.ID[:]) })
	return list, nil
}

// Known returns what people know.
func (o *Outbox) Known(context.Context) ([]notify.Known, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []notify.Known
	for _, k := range o.known {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b notify.Known) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), slices.Compare(a.Case[:], b.Case[:]))
	})
	return list, nil
}
