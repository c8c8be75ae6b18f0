package v1

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
)

const (
	// hubQueue bounds what waits while events are encoded.
	hubQueue = 1024
	// batchMost bounds what a stream writes at once.
	batchMost = 64
	// incidentsEvery is how often incidents that have new alerts are told of.
	incidentsEvery = time.Second
)

// Types of events.
const (
	typeAlert    = "alert"
	typeIncident = "incident"
	typeSilence  = "silence"
	typeMessage  = "message"
	typeLost     = "lost"
)

// entry is one event, encoded.
type entry struct {
	number uint64
	kind   string
	data   []byte // JSON without line breaks
}

// hub keeps the newest events, numbered from 1 without reuse. Streams read from it at their own pace: it never waits
// for them, and what they did not read in time is overwritten.
type hub struct {
	run           string // names this run of the server in the ids of events
	most, streams int

	mu     sync.Mutex
	kept   []entry // oldest first; most to 2*most of them once so many came
	next   uint64
	grown  chan struct{} // closed when an event comes
	closed bool
	open   int // streams
}

func newHub(now time.Time, most, streams int) *hub {
	return &hub{run: strconv.FormatInt(now.UnixMicro(), 36), most: most, streams: streams, next: 1, grown: make(chan struct{})}
}

// add keeps an event and wakes those who wait for one; missed events before it were lost to all.
func (h *hub) add(kind string, v any, missed uint64) {
	data, err := json.Marshal(v)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.next += missed
	if err != nil { // of no value of ours; it would be lost too
		h.next++
		return
	}
	if len(h.kept) == 2*h.most {
		n := copy(h.kept, h.kept[h.most:])
		clear(h.kept[n:])
		h.kept = h.kept[:n]
	}
	h.kept = append(h.kept, entry{h.next, kind, data})
	h.next++
	close(h.grown)
	h.grown = make(chan struct{})
}

// view is what a stream finds when it looks.
type view struct {
	lost    uint64 // events before the first one of entries that cannot be had any more
	entries []entry
	grown   <-chan struct{}
	closed  bool
}

// read returns the events from number on that follow each other without a gap, at most batchMost.
func (h *hub) read(number uint64) view {
	h.mu.Lock()
	defer h.mu.Unlock()
	v := view{grown: h.grown, closed: h.closed}
	i, _ := slices.BinarySearchFunc(h.kept, number, func(e entry, n uint64) int { return cmp.Compare(e.number, n) })
	for _, e := range h.kept[i:min(i+batchMost, len(h.kept))] {
		if len(v.entries) == 0 {
			v.lost = e.number - number
		} else if e.number != v.entries[len(v.entries)-1].number+1 {
			break
		}
		v.entries = append(v.entries, e)
	}
	return v
}

// start returns where a stream begins that has read up to the event with that id: behind it; at the oldest event and
// with known false if the id is not of this run; at what comes next if there is no id.
func (h *hub) start(id string) (number uint64, known bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if id == "" {
		return h.next, true
	}
	if text, ok := strings.CutPrefix(id, h.run+"-"); ok {
		if n, err := strconv.ParseUint(text, 10, 64); err == nil && n < h.next {
			return n + 1, true
		}
	}
	if len(h.kept) > 0 {
		return h.kept[0].number, false
	}
	return h.next, false
}

// id names an event for Last-Event-ID.
func (h *hub) id(number uint64) string { return h.run + "-" + strconv.FormatUint(number, 10) }

// enter counts a stream; false if there are too many, or the server stops.
func (h *hub) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed || h.open >= h.streams {
		return false
	}
	h.open++
	return true
}

func (h *hub) leave() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open--
}

// shut ends all streams once they have what is kept.
func (h *hub) shut() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	close(h.grown)
	h.grown = make(chan struct{})
}

// feed takes events from the ledger to a hub.
type feed struct {
	hub       *hub
	incidents func() []tocsin.Incident
	lost      uint64               // by the subscription so far
	fresh     map[string]time.Time // fingerprints with new alerts: the time of the newest
}

func (f *feed) run(ctx context.Context, s Subscription) error {
	f.fresh = map[string]time.Time{}
	tick := time.NewTicker(incidentsEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			f.tellIncidents()
		case e, ok := <-s.Events():
			if !ok {
				return nil
			}
			f.take(e, s.Lost())
		}
	}
}

// take adds an event to the hub, and with it the news that some before it were lost on the way.
func (f *feed) take(e alert.Event, lost uint64) {
	missed := lost - f.lost
	switch {
	case e.Alert != nil:
		f.fresh[e.Alert.Fingerprint] = e.Alert.Time
		f.hub.add(typeAlert, alertOf(e.Alert), missed)
	case e.Incident != nil:
		f.hub.add(typeIncident, incidentOf(e.Incident), missed)
	case e.Silence != nil:
		f.hub.add(typeSilence, silenceOf(e.Silence, e.Time), missed)
	case e.Message != nil:
		f.hub.add(typeMessage, messageOf(e.Message), missed)
	default:
		return // the time is no news; what was lost is told with the next event
	}
	f.lost = lost
}

// tellIncidents tells of the incidents that have new alerts, oldest first.
func (f *feed) tellIncidents() {
	if len(f.fresh) == 0 {
		return
	}
	var news []tocsin.Incident
	for _, i := range f.incidents() {
		if at, ok := f.fresh[i.Last.Fingerprint]; ok && !i.Last.Time.Before(at) {
			news = append(news, i)
		}
	}
	clear(f.fresh)
	slices.SortFunc(news, func(a, b tocsin.Incident) int { return a.Last.Time.Compare(b.Last.Time) })
	for i := range news {
		f.hub.add(typeIncident, incidentOf(&news[i]), 0)
	}
}

var _ Subscription = (*alert.Subscription)(nil)
var _ Ledger = (*alert.Ledger)(nil)
