package kismet

import (
	"bufio"
	"context"
	"io"
	"math"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/api"
)

// PacketLog is a log that is read while it is written.
type PacketLog interface {
	// Packets returns what writes the packets that variables choose as pcapng; variable returns the value of one, and whether it was sent.
	Packets(variable func(name string) (string, bool)) (func(context.Context, io.Writer) error, error)
	DropBefore(context.Context, time.Time) error
	Note(ctx context.Context, note string) error
}

// logRoutes are there while a log is written.
func (h *handler) logRoutes(command func(string, func(*request) (reply, error)) route) []route {
	if h.Log == nil {
		return nil
	}
	return []route{
		{path: "/logging/kismetdb/pcap/:title", suffix: "pcapng", methods: []string{http.MethodGet, http.MethodPost}, roles: []string{api.ReadOnly},
			serve: h.loggedPackets},
		command("/logging/kismetdb/pcap/drop", h.dropPackets),
		command("/poi/create_poi", h.createPOI),
	}
}

// loggedPackets answers packets of the log, as many as there are: they are sent while they are read.
func (h *handler) loggedPackets(q *request) (reply, error) {
	write, err := h.Log.Packets(func(name string) (string, bool) { return q.vars.Get(name), q.vars.Has(name) })
	if err != nil {
		return reply{}, err
	}
	return reply{
		media:       "application/vnd.tcpdump.pcap",
		disposition: mime.FormatMediaType("attachment", map[string]string{"filename": fileName(q.params["title"]) + ".pcapng"}),
		stream: func(w http.ResponseWriter) error {
			b := bufio.NewWriterSize(api.NewLasting(w), 64<<10)
			if err := write(q.http.Context(), b); err != nil {
				return err
			}
			return b.Flush()
		},
	}, nil
}

// fileName makes a title from a path the name of a file.
func fileName(title string) string {
	if s, err := url.PathUnescape(title); err == nil {
		title = s
	}
	title = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:"`, r) {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(title, "_"))
	return strings.TrimLeft(title, ".")
}

func (h *handler) dropPackets(q *request) (reply, error) {
	o, err := q.object()
	if err != nil {
		return reply{}, err
	}
	before, ok := o["drop_before"].(float64)
	if !ok || math.Abs(before) > 1<<33 {
		return reply{}, invalid("drop_before must be a time, Unix seconds")
	}
	if err := h.Log.DropBefore(q.http.Context(), time.Unix(int64(before), 0)); err != nil {
		return reply{}, err
	}
	return text(http.StatusOK, "Packets removed\n")
}

// createPOI keeps the place and time, with a note if one is sent.
func (h *handler) createPOI(q *request) (reply, error) {
	o, _ := q.json.(map[string]any)
	note, err := member(o, "note", true)
	if err != nil {
		return reply{}, err
	}
	var record []byte
	if _, given := o["note"]; given {
		record = append(api.AppendString([]byte(`{"note": `), note), '}')
	}
	if err := h.Log.Note(q.http.Context(), string(record)); err != nil {
		return reply{}, err
	}
	return text(http.StatusOK, "POI created\n")
}
