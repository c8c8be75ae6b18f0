package kismet

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/pcap"
)

// LivePackets is where packets can be listened to, an *export.Hub.
type LivePackets interface {
	Stream(ctx context.Context, w io.Writer, flush func() error, f export.Filter) error
}

// liveRoutes are pcapng streams of what is heard from now on. The last is as the peer has it, beside what was meant.
func (h *handler) liveRoutes() []route {
	if h.Live == nil {
		return nil
	}
	live := func(path string, filter func(*request) (export.Filter, error)) route {
		return route{path: path, suffix: "pcapng", methods: []string{http.MethodGet, http.MethodPost}, roles: []string{api.ReadOnly},
			serve: func(q *request) (reply, error) { return h.livePackets(q, filter) }}
	}
	return []route{
		live("/pcap/all_packets", func(*request) (export.Filter, error) { return export.Filter{}, nil }),
		live("/datasource/pcap/by-uuid/:uuid/packets", h.ofSource),
		live("/phy/phy80211/pcap/by-bssid/:mac/packets", ofAddress),
		live("/phy/phy80211/pcap/by-bssid/:mac/packets.pcapng", ofAddress),
	}
}

func (h *handler) ofSource(q *request) (export.Filter, error) {
	for _, s := range h.Sources.Sources() {
		if strings.EqualFold(s.UUID, q.params["uuid"]) {
			return export.Filter{Source: s.UUID}, nil
		}
	}
	return export.Filter{}, failed("unknown source")
}

// ofAddress keeps the frames of which any address is the one asked for.
func ofAddress(q *request) (export.Filter, error) {
	mac, err := dot11.ParseAddr(q.params["mac"])
	if err != nil {
		return export.Filter{}, invalid("the address must be six pairs of hexadecimal digits")
	}
	d := capture.NewDecoder()
	return export.Filter{Keep: func(p *pcap.Packet) bool {
		o := d.Decode(p)
		return o != nil && o.Involves(func(a dot11.Addr) bool { return a == mac })
	}}, nil
}

func (h *handler) livePackets(q *request, filter func(*request) (export.Filter, error)) (reply, error) {
	f, err := filter(q)
	if err != nil {
		return reply{}, err
	}
	return reply{
		media:       "application/vnd.tcpdump.pcap",
		disposition: mime.FormatMediaType("attachment", map[string]string{"filename": "packets.pcapng"}),
		stream: func(w http.ResponseWriter) error {
			out := api.NewLasting(w)
			err := h.Live.Stream(q.http.Context(), out, out.Flush, f)
			if errors.Is(err, export.ErrFull) {
				h.Logger.Warn("live packets refused", "error", err)
			}
			return err
		},
	}, nil
}
