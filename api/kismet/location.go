package kismet

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/gps"
)

// ReceiverUUID returns the identifier of a receiver of positions, as the peer makes it of the name of the server and the definition.
func ReceiverUUID(server, definition string) string {
	return fmt.Sprintf("17180436-0000-0000-0000-0000%08X", alert.Checksum([]byte(server+definition)))
}

// receiver is a receiver of positions at the time of the answer.
type receiver struct {
	*gps.Receiver
	connected bool
	problem   string
	place     *api.Place
}

func (h *handler) receiver(r *gps.Receiver) receiver {
	connected, problem := r.State()
	return receiver{r, connected, problem, api.NewPlace(r.At(h.Now()), r.UUID)}
}

type rcv = receiver

func receiverText(name, help string, get func(*rcv) string) api.Field[rcv] {
	return api.Field[rcv]{Name: "kismet.gps." + name, Type: "string", Help: help,
		Append: func(b []byte, r *rcv) []byte { return api.AppendString(b, get(r)) }}
}

func receiverFlag(name, help string, get func(*rcv) bool) api.Field[rcv] {
	return api.Field[rcv]{Name: "kismet.gps." + name, Type: "uint8_t", Help: help, Append: func(b []byte, r *rcv) []byte {
		if get(r) {
			return append(b, '1')
		}
		return append(b, '0')
	}}
}

// receiverFields are the members of a receiver's record.
var receiverFields = []api.Field[rcv]{
	receiverText("uuid", "identifier", func(r *rcv) string { return r.UUID }),
	receiverText("name", "what sources call it", func(r *rcv) string { return r.Name }),
	receiverText("description", "what it is", func(r *rcv) string { return r.Kind.Description() }),
	receiverText("definition", "as it was configured", func(r *rcv) string { return r.Text }),
	{Name: "kismet.gps.type", Type: "map[field, x]", Help: "kind of receiver",
		Fields: api.Within(receiverKindFields, func(r *rcv) *gps.Kind { return &r.Kind })},
	{Name: "kismet.gps.priority", Type: "int32_t", Help: "the lowest is asked first",
		Append: func(b []byte, r *rcv) []byte { return strconv.AppendInt(b, int64(r.Priority), 10) }},
	receiverFlag("data_only", "never tells where the server is", func(r *rcv) bool { return r.DataOnly }),
	receiverFlag("reconnect", "is connected to again after a failure", func(r *rcv) bool { return r.Reconnect }),
	receiverFlag("connected", "what tells its place is reached", func(r *rcv) bool { return r.connected }),
	{Name: "kismet.gps.location", Type: "map[field, x]", Help: "where it is",
		Fields: api.Within(api.PlaceFields, func(r *rcv) *api.Place { return r.place })},
	{Name: "tocsin.gps.problem", Type: "string", Help: "why it is not reached",
		Append: func(b []byte, r *rcv) []byte { return api.AppendString(b, r.problem) }},
}

// receiverKindFields are the members of a kind of receivers.
var receiverKindFields = []api.Field[gps.Kind]{
	{Name: "kismet.gps.type.class", Type: "string", Help: "name of the kind",
		Append: func(b []byte, k *gps.Kind) []byte { return api.AppendString(b, string(*k)) }},
	{Name: "kismet.gps.type.description", Type: "string", Help: "what it is",
		Append: func(b []byte, k *gps.Kind) []byte { return api.AppendString(b, k.Description()) }},
}

// locationRoutes tell of receivers of positions, and take positions.
func (h *handler) locationRoutes(list func(string, func(*request) (reply, error)) route) []route {
	if h.Places == nil {
		return nil
	}
	told := func(path string, kind gps.Kind) route {
		return route{path: path, suffix: "cmd", methods: []string{http.MethodPost}, roles: []string{api.Admin, api.WebGPS}, changes: true, media: plainText,
			serve: func(q *request) (reply, error) { return h.tellPlace(q, kind) }}
	}
	return []route{
		list("/gps/drivers", h.receiverKinds),
		list("/gps/all_gps", h.allReceivers),
		list("/gps/location", h.bestPlace),
		list("/gps/all_locations", h.allPlaces),
		list("/gps/by-uuid/:uuid/location", h.placeByUUID),
		told("/gps/web/update", gps.Web),
		told("/gps/meta/:name/update", gps.Meta),
	}
}

func (h *handler) receiverKinds(q *request) (reply, error) {
	fields, err := selected(q, receiverKindFields)
	if err != nil {
		return reply{}, err
	}
	kinds := gps.Kinds()
	return reply{body: api.AppendList(nil, len(kinds), q.format, 0, func(b []byte, i int) []byte {
		return api.AppendRecord(b, &kinds[i], fields, q.format, 1)
	})}, nil
}

func (h *handler) allReceivers(q *request) (reply, error) {
	fields, err := selected(q, receiverFields)
	if err != nil {
		return reply{}, err
	}
	all := h.Places.All()
	return reply{body: api.AppendList(nil, len(all), q.format, 0, func(b []byte, i int) []byte {
		r := h.receiver(all[i])
		return api.AppendRecord(b, &r, fields, q.format, 1)
	})}, nil
}

func (h *handler) bestPlace(q *request) (reply, error) {
	l, r := h.Places.Best(h.Now())
	uuid := ""
	if r != nil {
		uuid = r.UUID
	}
	return onePlace(q, l, uuid)
}

func onePlace(q *request, l *tocsin.Location, uuid string) (reply, error) {
	fields, err := selected(q, api.PlaceFields)
	if err != nil {
		return reply{}, err
	}
	return reply{body: q.format.End(api.AppendRecord(nil, api.NewPlace(l, uuid), fields, q.format, 0))}, nil
}

// allPlaces answers one record, of places by the identifiers of their receivers.
func (h *handler) allPlaces(q *request) (reply, error) {
	chosen, err := selected(q, api.PlaceFields)
	if err != nil {
		return reply{}, err
	}
	var fields []api.Field[struct{}]
	for _, r := range h.Places.All() {
		place := api.NewPlace(r.At(h.Now()), r.UUID)
		fields = append(fields, api.Field[struct{}]{Name: r.UUID, Type: "map[field, x]", Help: r.Name,
			Fields: api.Within(chosen, func(*struct{}) *api.Place { return place })})
	}
	return reply{body: q.format.End(api.AppendRecord(nil, &struct{}{}, fields, q.format, 0))}, nil
}

func (h *handler) placeByUUID(q *request) (reply, error) {
	r := h.Places.ByUUID(q.params["uuid"])
	if r == nil {
		return text(http.StatusNotFound, "ERROR: unknown receiver\n")
	}
	return onePlace(q, r.At(h.Now()), r.UUID)
}

// tellPlace takes {"lat": degrees, "lon": degrees, "alt": metres, "spd": km/h}, of which the last two may be missing.
func (h *handler) tellPlace(q *request, kind gps.Kind) (reply, error) {
	r := h.Places.Told(kind, q.params["name"])
	if r == nil {
		return text(http.StatusNotFound, "ERROR: unknown receiver\n")
	}
	object, ok := q.json.(map[string]any)
	if !ok {
		return reply{}, invalid("expected a JSON object with lat and lon")
	}
	l := tocsin.Location{Fix: 2}
	for _, key := range []string{"lat", "lon", "alt", "spd"} {
		value, there := object[key]
		x, number := value.(float64)
		switch {
		case !there && (key == "alt" || key == "spd"):
			continue
		case !number:
			return reply{}, invalid(key + " is not a number")
		}
		switch key {
		case "lat":
			l.Latitude = x
		case "lon":
			l.Longitude = x
		case "alt":
			l.Altitude, l.Fix = x, 3
		case "spd":
			l.Speed = x
		}
	}
	if !r.Update(l, h.Now()) {
		return reply{}, invalid("that is no place on Earth")
	}
	return text(http.StatusOK, "Position set\n")
}
