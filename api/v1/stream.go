package v1

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// keepAlive is how often a stream says something, so that proxies keep it open and its end is noticed. As often it
	// is asked whether the reader still may.
	keepAlive = 15 * time.Second
	// writeWithin is how long a reader may take to accept what is written at once.
	writeWithin = 10 * time.Second
)

const streamType = "text/event-stream"

const lostAdvice = "Read /api/v1/alerts with from set to the time of the last alert that you have."

// events serves one stream until its reader leaves, may no longer read, or the server stops.
func (h *Handler) events(w http.ResponseWriter, r *http.Request) {
	kinds, p := parseTypes(r)
	if p == nil && r.Method == http.MethodHead {
		w.Header().Set("Content-Type", streamType)
		return
	}
	if p == nil && !h.hub.enter() {
		p = problem(http.StatusServiceUnavailable, "There are as many streams as the server serves, or it stops: try again later.")
		p.later = 10
	}
	if p != nil {
		p.send(w, r)
		return
	}
	defer h.hub.leave()
	out := http.NewResponseController(w)
	out.SetReadDeadline(time.Time{}) // the server's is for requests that end
	w.Header().Set("Content-Type", streamType)
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // a proxy's default would hold events back
	s := stream{hub: h.hub, kinds: kinds, w: w, out: out}
	s.serve(r, func() bool { return h.mayStay(r) })
}

// parseTypes reads which types of events are asked for: all if none is named.
func parseTypes(r *http.Request) ([]string, *Problem) {
	all := []string{typeAlert, typeIncident, typeSilence, typeMessage}
	var m mistakes
	for name := range r.URL.Query() {
		if name != "types" {
			m.add("query."+name, "unknown query parameter")
		}
	}
	kinds := all
	if text := r.URL.Query().Get("types"); text != "" {
		kinds = strings.Split(text, ",")
	}
	if slices.ContainsFunc(kinds, func(k string) bool { return !slices.Contains(all, k) }) {
		m.add("query.types", "not a list of types: join some of alert, incident, silence, message by commas")
	}
	if len(m) > 0 {
		return nil, m.problem()
	}
	return kinds, nil
}

// stream is one reader.
type stream struct {
	hub    *hub
	kinds  []string
	w      http.ResponseWriter
	out    *http.ResponseController
	number uint64 // of the next event to read
}

// serve writes until the reader leaves or may not stay.
func (s *stream) serve(r *http.Request, may func() bool) {
	number, known := s.hub.start(r.Header.Get("Last-Event-ID"))
	s.number = number
	b := []byte("retry: 3000\n\n") // milliseconds until a browser comes again
	if !known {
		b = s.appendLost(b, 0)
	}
	if !s.send(b) {
		return
	}
	alive := time.NewTicker(keepAlive)
	defer alive.Stop()
	for {
		v := s.hub.read(s.number)
		if b := s.appendView(nil, v); len(b) > 0 && !s.send(b) {
			return
		}
		wait := v.grown
		switch {
		case len(v.entries) > 0:
			wait = ready() // there may be more
		case v.closed:
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-alive.C:
			if !may() || !s.send(s.appendKeepAlive(nil)) {
				return
			}
		case <-wait:
		}
	}
}

// ready returns a channel that can be received from at once.
func ready() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

// appendView appends what of v the reader wants, and steps behind it.
func (s *stream) appendView(b []byte, v view) []byte {
	if v.lost > 0 {
		b = s.appendLost(b, v.lost)
	}
	for i := range v.entries {
		e := &v.entries[i]
		if slices.Contains(s.kinds, e.kind) {
			b = appendEvent(b, e.kind, s.hub.id(e.number), e.data)
		}
		s.number = e.number + 1
	}
	return b
}

func (s *stream) appendLost(b []byte, events uint64) []byte {
	data, _ := json.Marshal(Lost{Events: events, Advice: lostAdvice})
	return appendEvent(b, typeLost, "", data)
}

// appendEvent appends one event; without an id the reader keeps the one before.
func appendEvent(b []byte, kind, id string, data []byte) []byte {
	b = append(append(append(b, "event: "...), kind...), '\n')
	if id != "" {
		b = append(append(append(b, "id: "...), id...), '\n')
	}
	return append(append(append(b, "data: "...), data...), "\n\n"...)
}

// appendKeepAlive appends a comment, and the id of the newest event: one that the reader did not want would else be
// counted as lost when it comes again.
func (s *stream) appendKeepAlive(b []byte) []byte {
	return append(append(append(b, ": still here\nid: "...), s.hub.id(s.number-1)...), "\n\n"...)
}

// send reports whether the reader took b in time.
func (s *stream) send(b []byte) bool {
	s.out.SetWriteDeadline(time.Now().Add(writeWithin))
	if _, err := s.w.Write(b); err != nil {
		return false
	}
	return s.out.Flush() == nil
}
