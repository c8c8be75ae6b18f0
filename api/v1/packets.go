package v1

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Packets is where packets can be listened to, an *export.Hub.
type Packets interface {
	Stream(ctx context.Context, w io.Writer, flush func() error, f export.Filter) error
}

const packetsType = "application/vnd.tcpdump.pcap"

// packets serves one stream until its reader leaves, may no longer read, or the server stops.
func (h *Handler) packets(w http.ResponseWriter, r *http.Request) {
	f, p := h.parsePackets(r.URL.Query())
	if p == nil && h.o.Packets == nil {
		p = problem(http.StatusServiceUnavailable, "This server hands no packets on.")
	}
	if p != nil {
		p.send(w, r)
		return
	}
	head := w.Header()
	head.Set("Content-Type", packetsType)
	head.Set("Content-Disposition", `attachment; filename="packets.pcapng"`)
	head.Set("Cache-Control", "no-store")
	head.Set("X-Accel-Buffering", "no") // a proxy's default would hold packets back
	if r.Method == http.MethodHead {
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	var watching sync.WaitGroup
	defer watching.Wait()
	defer cancel()
	watching.Go(func() { h.endUnless(ctx, cancel, r) })
	out := api.NewLasting(w)
	err := h.o.Packets.Stream(ctx, out, out.Flush, f)
	if errors.Is(err, export.ErrFull) { // nothing was written
		head.Del("Content-Disposition")
		p := problem(http.StatusServiceUnavailable, "As many listen along as the server serves: end another stream, or try again later.")
		p.later = 10
		p.send(w, r)
	}
}

// endUnless ends a stream whose reader no longer may.
func (h *Handler) endUnless(ctx context.Context, end func(), r *http.Request) {
	t := time.NewTicker(keepAlive)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			if !h.mayStay(r) {
				end()
				return
			}
		}
	}
}

// parsePackets reads which packets are asked for: all of what is given must hold.
func (h *Handler) parsePackets(query url.Values) (f export.Filter, p *Problem) {
	var m mistakes
	for name := range query {
		if !slices.Contains([]string{"source", "address", "type", "subtype"}, name) {
			m.add("query."+name, "unknown query parameter")
		}
	}
	if text := query.Get("source"); text != "" {
		f.Source = h.sourceCalled(text, &m)
	}
	var who *tocsin.MACMask
	if text := query.Get("address"); text != "" {
		mask, err := tocsin.ParseMACMask(text)
		if err != nil {
			m.add("query.address", "not an address such as 02:00:00:00:00:0a, or one with a mask such as 02:00:00:00:00:00/ff:ff:ff:00:00:00")
		}
		who = &mask
	}
	kinds := parseKinds(query.Get("type"), query.Get("subtype"), &m)
	if len(m) > 0 {
		slices.SortFunc(m, func(a, b Mistake) int { return strings.Compare(a.Location, b.Location) })
		return f, m.problem()
	}
	if who == nil && kinds == dot11.AnyKind {
		return f, nil
	}
	d := capture.NewDecoder()
	f.Keep = func(p *pcap.Packet) bool {
		o := d.Decode(p)
		return o != nil && (who == nil || o.Involves(who.Match)) && (kinds == dot11.AnyKind || o.Frame != nil && kinds.Has(o.Frame.Kind))
	}
	return f, nil
}

// sourceCalled returns the UUID of the source that text names by it or by its name.
func (h *Handler) sourceCalled(text string, m *mistakes) (uuid string) {
	named := 0
	for _, s := range h.o.Server().Sources {
		switch {
		case strings.EqualFold(s.UUID, text):
			return s.UUID
		case s.Name == text:
			uuid = s.UUID
			named++
		}
	}
	switch {
	case named == 0:
		m.add("query.source", "neither the name nor the uuid of a source: /api/v1/server lists them")
	case named > 1:
		m.add("query.source", "several sources are called so: give the uuid of one, /api/v1/server lists them")
	}
	return uuid
}

// frameTypes are the types of 802.11 frames by the names that filters give them.
var frameTypes = map[string]struct {
	first dot11.Kind
	all   dot11.Kinds
}{"mgmt": {0x00, dot11.AnyManagement}, "ctrl": {0x10, dot11.AnyControl}, "data": {0x20, dot11.AnyData}}

// parseKinds reads which frames are asked for. A subtype is a number of a type, as it stands in a frame.
func parseKinds(kind, subtype string, m *mistakes) dot11.Kinds {
	t, known := frameTypes[kind]
	switch {
	case kind == "" && subtype == "":
		return dot11.AnyKind
	case kind == "":
		m.add("query.subtype", "means nothing without type")
		return 0
	case !known:
		m.add("query.type", "none of mgmt, ctrl, data")
		return 0
	case subtype == "":
		return t.all
	}
	var kinds dot11.Kinds
	for word := range strings.SplitSeq(subtype, ",") {
		n, err := strconv.ParseUint(word, 10, 4)
		if err != nil {
			m.add("query.subtype", "not a number from 0 to 15, or several joined by commas: 8 of mgmt are beacons, 12 deauthentications")
			return 0
		}
		kinds |= dot11.Only(t.first + dot11.Kind(n))
	}
	return kinds
}
