package app

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/tocsin-wids/tocsin/capture"
)

// maxSources bounds the sources that are added while the server runs, as sensors may choose who they are.
const maxSources = 4096

// roster is the sources of a server: those that it begins with, and those that were added or came by themselves since. None is
// ever taken out: a number stands for one source while the server runs.
type roster struct {
	queue   int               // packets that wait of each live source
	opening chan *sourceState // to be listened to

	mu   sync.Mutex
	list []*sourceState
}

func newRoster(queue int) *roster {
	return &roster{queue: queue, opening: make(chan *sourceState)}
}

// add takes a source in. The definition is its name if that is empty.
func (r *roster) add(definition string, source capture.Source) (*sourceState, error) {
	if definition == "" {
		definition = source.Name()
	}
	id := identify(definition, source)
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.list) == maxSources {
		return nil, fmt.Errorf("there are %d sources already, and no room for more", maxSources)
	}
	state := newSourceState(definition, id, source, r.queue)
	state.number = len(r.list) + 1
	r.list = append(r.list, state)
	return state, nil
}

// all returns the sources so far, by their number.
func (r *roster) all() []*sourceState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.list[:len(r.list):len(r.list)]
}

// find returns the source of a UUID; nil if there is none.
func (r *roster) find(uuid string) *sourceState {
	for _, state := range r.all() {
		if strings.EqualFold(state.uuid, uuid) {
			return state
		}
	}
	return nil
}

// open has the server listen to a source.
func (r *roster) open(ctx context.Context, state *sourceState) error {
	select {
	case r.opening <- state:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// host listens to all sources, each in its own goroutine, and returns when ctx is done and all have ended.
func (s *Server) host(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	for _, state := range s.roster.all() {
		running.Go(func() { s.listen(ctx, state) })
	}
	for {
		select {
		case <-ctx.Done():
			return
		case state := <-s.roster.opening:
			running.Go(func() { s.listen(ctx, state) })
		}
	}
}
