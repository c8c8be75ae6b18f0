package notify

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"github.com/tocsin-wids/tocsin"
)

// Memory is an Outbox that forgets all when the server stops.
type Memory struct {
	mu      sync.Mutex
	letters []Letter
	known   map[knownKey]Known
}

type knownKey struct {
	group string
	of    tocsin.ID
}

var _ Outbox = (*Memory)(nil)

// NewMemory returns an empty outbox.
func NewMemory() *Memory { return &Memory{known: map[knownKey]Known{}} }

// Put keeps a promise.
func (o *Memory) Put(_ context.Context, p Promise) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, l := range p.Letters {
		if !slices.ContainsFunc(o.letters, func(other Letter) bool { return other.same(l.Message.ID, l.Receiver) }) {
			o.letters = append(o.letters, l)
		}
	}
	for _, k := range p.Known {
		o.known[knownKey{k.Group, k.Case}] = k
	}
	for _, k := range p.Forget {
		delete(o.known, knownKey{k.Group, k.Case})
	}
	return nil
}

func (l Letter) same(id tocsin.ID, receiver string) bool {
	return l.Message.ID == id && l.Receiver == receiver
}

// Done takes a letter out.
func (o *Memory) Done(_ context.Context, id tocsin.ID, receiver string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.letters = slices.DeleteFunc(o.letters, func(l Letter) bool { return l.same(id, receiver) })
	return nil
}

// Waiting returns the letters that are in.
func (o *Memory) Waiting(context.Context) ([]Letter, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := slices.Clone(o.letters)
	slices.SortStableFunc(list, func(a, b Letter) int { return slices.Compare(a.Message.ID[:], b.Message.ID[:]) })
	return list, nil
}

// Known returns what people know.
func (o *Memory) Known(context.Context) ([]Known, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	var list []Known
	for _, k := range o.known {
		list = append(list, k)
	}
	slices.SortFunc(list, func(a, b Known) int {
		return cmp.Or(cmp.Compare(a.Group, b.Group), slices.Compare(a.Case[:], b.Case[:]))
	})
	return list, nil
}
