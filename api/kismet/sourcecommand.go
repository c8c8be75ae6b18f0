package kismet

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/capture"
)

// Sources is the sources of frames and what can be done with them. Errors with a code are told to the client.
type Sources interface {
	Sources() []Source
	Interfaces() ([]Interface, error)

	// AddSource returns the UUID of a source when it is open.
	AddSource(ctx context.Context, definition string) (uuid string, err error)
	OpenSource(ctx context.Context, uuid string) error
	CloseSource(ctx context.Context, uuid string) error
	PauseSource(uuid string, pause bool) error
	TuneSource(ctx context.Context, uuid string, o capture.Order) error
}

// Interface is what this machine could listen to.
type Interface struct {
	Name     string
	Monitor  string // that is listened to in its place; empty: none yet
	Hardware string
	InUse    string // UUID of the source that listens to it; empty: none does
}

const nobody = "00000000-0000-0000-0000-000000000000"

var interfaceFields = []api.Field[Interface]{
	probed("interface", "as the kernel calls it", func(i *Interface) string { return i.Name }),
	probed("capture_interface", "what is listened to in its place, if anything", func(i *Interface) string { return i.Monitor }),
	probed("hardware", "driver", func(i *Interface) string { return i.Hardware }),
	probed("datasource_version", "of a capture tool, none", func(*Interface) string { return "" }),
	probed("in_use_uuid", "source that listens to it, zeros if none does", func(i *Interface) string {
		if i.InUse == "" {
			return nobody
		}
		return i.InUse
	}),
	{Name: "kismet.datasource.probed.options_vec", Type: "vector[string]", Help: "none",
		Append: func(b []byte, _ *Interface) []byte { return append(b, '[', ']') }},
	{Name: "kismet.datasource.type_driver", Type: "map[field, x]", Help: "kind of source",
		Fields: driverFields(func(*Interface) *Driver { return &RadioDriver })},
}

func probed(name, help string, get func(*Interface) string) api.Field[Interface] {
	return api.Field[Interface]{Name: "kismet.datasource.probed." + name, Type: "string", Help: help,
		Append: func(b []byte, i *Interface) []byte { return api.AppendString(b, get(i)) }}
}

func (h *handler) listInterfaces(q *request) (reply, error) {
	fields, err := selected(q, interfaceFields)
	if err != nil {
		return reply{}, err
	}
	list, err := h.Sources.Interfaces()
	if err != nil {
		return reply{}, err
	}
	return reply{body: api.AppendList(nil, len(list), q.format, 0, func(b []byte, i int) []byte {
		return api.AppendRecord(b, &list[i], fields, q.format, 1)
	})}, nil
}

// commandTime is for how long a command may take.
const commandTime = 30 * time.Second

// sourceCommands open, close and tune sources.
func (h *handler) sourceCommands(command func(string, func(*request) (reply, error)) route) []route {
	of := func(name string, do func(context.Context, string) error) route {
		rt := command("/datasource/by-uuid/:uuid/"+name, h.sourceCommand(func(ctx context.Context, q *request, uuid string) error {
			return do(ctx, uuid)
		}))
		rt.methods = []string{http.MethodGet, http.MethodPost}
		return rt
	}
	pause := func(pause bool) func(context.Context, string) error {
		return func(_ context.Context, uuid string) error { return h.Sources.PauseSource(uuid, pause) }
	}
	return []route{
		command("/datasource/add_source", h.addSource),
		command("/datasource/by-uuid/:uuid/set_channel", h.sourceCommand(h.setChannel)),
		of("set_hop", func(ctx context.Context, uuid string) error { return h.Sources.TuneSource(ctx, uuid, capture.Order{}) }),
		of("open_source", h.Sources.OpenSource),
		of("close_source", h.Sources.CloseSource),
		of("disable_source", h.Sources.CloseSource),
		of("pause_source", pause(true)),
		of("resume_source", pause(false)),
	}
}

// sourceCommand does something with a source and answers with its record.
func (h *handler) sourceCommand(do func(context.Context, *request, string) error) func(*request) (reply, error) {
	return func(q *request) (reply, error) {
		ctx, cancel := context.WithTimeout(q.http.Context(), commandTime)
		defer cancel()
		uuid := q.params["uuid"]
		if err := do(ctx, q, uuid); err != nil {
			return reply{}, told(err)
		}
		return h.sourceRecord(q, uuid)
	}
}

// told is how an error that is the client's mistake is answered.
func told(err error) error {
	if tocsin.ErrorCode(err) == tocsin.Internal {
		return err
	}
	return failed(err.Error())
}

func (h *handler) addSource(q *request) (reply, error) {
	o, err := q.object()
	if err != nil {
		return reply{}, err
	}
	definition, _ := o["definition"].(string)
	if strings.TrimSpace(definition) == "" {
		return reply{}, failed("expected the definition of a source in definition, such as wlan0:name=roof")
	}
	ctx, cancel := context.WithTimeout(q.http.Context(), commandTime)
	defer cancel()
	uuid, err := h.Sources.AddSource(ctx, definition)
	if err != nil {
		return reply{}, told(err)
	}
	return h.sourceRecord(q, uuid)
}

// setChannel has a source stay on "channel"; else it hops over "channels" at "rate", of which one is given.
func (h *handler) setChannel(ctx context.Context, q *request, uuid string) error {
	o, err := q.object()
	if err != nil {
		return err
	}
	var order capture.Order
	channel, stays := o["channel"].(string)
	rate, paced := o["rate"].(float64)
	list, hops := o["channels"].([]any)
	switch {
	case stays && channel != "":
		return h.Sources.TuneSource(ctx, uuid, capture.Order{Channel: channel})
	case o["channel"] != nil, o["channels"] != nil && !hops, o["rate"] != nil && !paced:
		return failed("channel is a text, channels a list of texts, rate a number of channels a second")
	case !hops && !paced:
		return failed("expected channel to stay on, or channels or rate to hop")
	}
	order.Rate = rate
	for _, v := range list {
		channel, ok := v.(string)
		if !ok {
			return failed("expected channels to be a list of texts")
		}
		order.Hop = append(order.Hop, channel)
	}
	return h.Sources.TuneSource(ctx, uuid, order)
}
