package app

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/gps"
	"github.com/tocsin-wids/tocsin/pcap"
)

// standing says where a source is, if it has a place of its own: one that does not change, or a receiver that moves with it.
type standing struct {
	fixed    *tocsin.Location
	receiver string // its name; empty: none
}

// standingOf takes what says where a source is out of its options.
func standingOf(options []option) (standing, []option, error) {
	var s standing
	var place gps.Place
	var rest []option
	placed := false
	for _, o := range options {
		if o.key == "metagps" {
			if o.value == "" {
				return s, nil, fmt.Errorf("metagps= names no receiver")
			}
			s.receiver = o.value
			continue
		}
		known, err := place.Set(o.key, o.value)
		if err != nil {
			return s, nil, err
		}
		if placed = placed || known; !known {
			rest = append(rest, o)
		}
	}
	if !placed {
		return s, rest, nil
	}
	l, err := place.Location()
	s.fixed = &l
	return s, rest, err
}

// places knows where radios are.
type places struct {
	receivers *gps.Receivers

	mu  sync.Mutex
	own map[int]standing // of sources, by their index
}

// newPlaces reads the receivers.
func newPlaces(o Options) (*places, error) {
	var definitions []gps.Definition
	for _, text := range o.Config.GPS {
		d, err := gps.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("receiver %s: %w", tocsin.Quote([]byte(text)), err)
		}
		definitions = append(definitions, d)
	}
	name := o.Config.Server.Name
	return &places{own: map[int]standing{}, receivers: gps.New(definitions, func(d gps.Definition) string { return kismet.ReceiverUUID(name, d.Text) })}, nil
}

// put says where a source is.
func (p *places) put(source int, s standing) {
	if s.receiver != "" {
		p.receivers.Named(s.receiver) // so that it can be told before the first alert
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.own[source] = s
}

// of returns where a source is: by its own place, else that of the server; nil if neither is known.
func (p *places) of(source int, now time.Time) *tocsin.Location {
	p.mu.Lock()
	s := p.own[source]
	p.mu.Unlock()
	var l *tocsin.Location
	if s.receiver != "" {
		if r := p.receivers.Named(s.receiver); r != nil {
			l = r.At(now)
		}
	}
	if l == nil && s.fixed != nil {
		l = new(tocsin.Location)
		*l = *s.fixed
		l.Time = now.Truncate(time.Microsecond)
	}
	if l != nil {
		l.From = tocsin.OriginSensor
		return l
	}
	return p.server(now)
}

// server returns where the server is; nil if that is not known.
func (p *places) server(now time.Time) *tocsin.Location {
	l, _ := p.receivers.Best(now)
	return l
}

// run follows the receivers until ctx is done.
func (p *places) run(ctx context.Context, say func(tocsin.MessageFlags, string)) {
	var running sync.WaitGroup
	defer running.Wait()
	for _, r := range p.receivers.All() {
		running.Go(func() {
			r.Run(ctx, func(ok bool, text string) {
				flags := tocsin.MessageError
				if ok {
					flags = tocsin.MessageInfo
				}
				say(flags, text)
			})
		})
	}
}

// event tells where the server is; nil if there is no receiver that could know.
func (p *places) event(now time.Time) []alert.Event {
	if !p.receivers.Locates() {
		return nil
	}
	l, r := p.receivers.Best(now)
	uuid := ""
	if r != nil {
		uuid = r.UUID
	}
	return []alert.Event{events.NewEvent(events.TopicLocation, now, api.Record(api.NewPlace(l, uuid), api.PlaceFields))}
}

// carried returns a copy of the place that came with what was found; nil if none did.
func carried(d *tocsin.Detected) *tocsin.Location {
	if d == nil || d.Location == nil {
		return nil
	}
	l := *d.Location
	return &l
}

// located returns where what was found was heard; of nil, where the server is. A finding that no frame shows was heard nowhere but here.
func (s *Server) located(d *tocsin.Detected) *tocsin.Location {
	if l := carried(d); l != nil {
		return l
	}
	now := time.Now()
	if d == nil || d.Apart {
		return s.places.server(now)
	}
	return s.places.of(s.sensors.source(d.Sensor), now)
}

// placed returns where the packets of a batch were heard that do not say so themselves.
func (s *Server) placed(batch []pcap.Packet) *tocsin.Location {
	if len(batch) == 0 {
		return nil
	}
	return s.places.of(s.sensors.source(batch[0].Interface), time.Now())
}
