package app

import (
	"context"
	"errors"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
	"github.com/tocsin-wids/tocsin/capture/replay"
)

// sourceControl is what clients can do with the sources.
type sourceControl struct{ *Server }

var _ kismet.Sources = sourceControl{}

// openTime is for how long to wait for a source to be open; then it goes on trying without anybody who waits.
const openTime = 10 * time.Second

// Sources tells of all sources.
func (s sourceControl) Sources() []kismet.Source {
	states := s.roster.all()
	list := make([]kismet.Source, len(states))
	for i, d := range s.drops(states) {
		list[i] = states[i].record()
		list[i].Errors = d.Header + d.Frame + d.Link + d.Damaged
	}
	return list
}

// Interfaces tells of the interfaces of this machine's radios.
func (s sourceControl) Interfaces() ([]kismet.Interface, error) {
	radios, err := Radios()
	if errors.Is(err, nl80211.ErrAbsent) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var list []kismet.Interface
	for _, r := range radios {
		for _, i := range r.Interfaces {
			list = append(list, s.describeInterface(i, r.Driver))
		}
	}
	return list, nil
}

func (s sourceControl) describeInterface(i nl80211.Interface, driver string) kismet.Interface {
	d := kismet.Interface{Name: i.Name, Hardware: driver}
	for _, state := range s.roster.all() {
		tuner, ok := state.source.(capture.Tuner)
		if ok && state.path == i.Name && state.record().Running {
			d.InUse, d.Monitor = state.uuid, tuner.Tuning().Interface
		}
	}
	return d
}

// AddSource adds a source and returns its UUID when it is open. One that fails stays, so that it can be opened later, and is
// opened again as any other.
func (s sourceControl) AddSource(ctx context.Context, definition string) (uuid string, err error) {
	if path, _ := cutDefinition(definition); path == replay.Stdin {
		return "", tocsin.Errorf(tocsin.Invalid, "standard input is read from the start of the server or not at all: name it with --source -")
	}
	if namesFile(definition) {
		return "", tocsin.Errorf(tocsin.Invalid, "a definition that names files of the server's machine, as password-file does, stands in its configuration")
	}
	source, err := openSource(definition, s.radios)
	if err != nil {
		return "", tocsin.Errorf(tocsin.Invalid, "%s", err)
	}
	if id := identify(definition, source); s.roster.find(id.uuid) != nil {
		return "", tocsin.Errorf(tocsin.Exists, "there is a source of that kind and place already: %s; open_source.cmd opens it, uuid=… makes another", id.uuid)
	}
	state, err := s.addSource(definition, source)
	if err != nil {
		return "", tocsin.Errorf(tocsin.Throttled, "%s", err)
	}
	return state.uuid, s.open(ctx, state)
}

// OpenSource opens a source that ended, was closed, or failed and waits.
func (s sourceControl) OpenSource(ctx context.Context, uuid string) error {
	state, err := s.source(uuid)
	if err != nil {
		return err
	}
	state.mu.Lock()
	listened, running, isNew := state.stop != nil, state.running, state.started.IsZero()
	state.mu.Unlock()
	switch {
	case listened && running:
		return tocsin.Errorf(tocsin.Invalid, "the source %s is open already", state.called())
	case listened:
		state.ask()
		signal(state.again)
		return s.settle(ctx, state)
	case !isNew && !reopens(state.source):
		return tocsin.Errorf(tocsin.Invalid, "the source %s was read to where it was closed and cannot be read again", state.called())
	}
	return s.open(ctx, state)
}

// CloseSource ends listening to a source, until it is opened.
func (s sourceControl) CloseSource(ctx context.Context, uuid string) error {
	state, err := s.source(uuid)
	if err != nil {
		return err
	}
	state.mu.Lock()
	stop := state.stop
	state.mu.Unlock()
	if stop == nil {
		return tocsin.Errorf(tocsin.Invalid, "the source %s is not open", state.called())
	}
	stop(errClosed)
	return state.await(ctx, func() bool { return state.stop == nil })
}

// PauseSource throws away what a source hears, or no longer does. It stays open.
func (s sourceControl) PauseSource(uuid string, pause bool) error {
	state, err := s.source(uuid)
	if err != nil {
		return err
	}
	topic, word := events.TopicSourceResumed, "not paused"
	if pause {
		topic, word = events.TopicSourcePaused, "paused already"
	}
	if !state.paused.CompareAndSwap(!pause, pause) {
		return tocsin.Errorf(tocsin.Invalid, "the source %s is %s", state.called(), word)
	}
	s.announce(topic, state)
	return nil
}

// TuneSource has the radio of a source listen elsewhere.
func (s sourceControl) TuneSource(ctx context.Context, uuid string, o capture.Order) error {
	state, err := s.source(uuid)
	if err != nil {
		return err
	}
	tuner, ok := state.source.(capture.Tuner)
	if !ok {
		return tocsin.Errorf(tocsin.Invalid, "the source %s has no radio that could be tuned", state.called())
	}
	if err := tuner.Tune(ctx, o); err != nil {
		return tocsin.Errorf(tocsin.Invalid, "the source %s listens as before: %s", state.called(), err)
	}
	return nil
}

func (s sourceControl) source(uuid string) (*sourceState, error) {
	if state := s.roster.find(uuid); state != nil {
		return state, nil
	}
	return nil, tocsin.Errorf(tocsin.NotFound, "unknown source")
}

// open has a source listened to.
func (s sourceControl) open(ctx context.Context, state *sourceState) error {
	state.ask()
	if err := s.roster.open(ctx, state); err != nil {
		return err
	}
	return s.settle(ctx, state)
}

// settle returns when a source that is about to be opened is open or has ended, or why it failed.
func (s sourceControl) settle(ctx context.Context, state *sourceState) error {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	var problem string
	err := state.await(ctx, func() bool {
		problem = state.problem
		return !state.asked && (state.open || problem != "" || state.stop == nil)
	})
	switch {
	case err != nil:
		return tocsin.Errorf(tocsin.Invalid, "the source %s is not open after %s; it is still tried", state.called(), openTime)
	case problem != "":
		return tocsin.Errorf(tocsin.Invalid, "the source %s: %s", state.called(), problem)
	}
	return nil
}
