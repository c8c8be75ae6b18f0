package v1

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strconv"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"github.com/tocsin-wids/tocsin"
)

// This file alone knows huma, which reads parameters by the tags of the types and makes the description from them.

const about = `Alerts, incidents, definitions, sensors and a stream of what happens, as JSON.

Everything needs a login: HTTP Basic, a session's cookie, or a token in Authorization: Bearer, whose role readonly reads, and
whose role operator works with incidents and silences too. What is not known is absent from an answer. Texts may quote names from the
air: they are data, never markup. Unknown parameters are refused; an empty one counts as not given.`

// register puts every operation on mux and returns their description.
func (h *Handler) register(mux *http.ServeMux) []byte {
	api := humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Tocsin", Version: "1.0", Description: about,
				License: &huma.License{Name: "Apache-2.0", Identifier: "Apache-2.0"}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"basic":   {Type: "http", Scheme: "basic"},
					"bearer":  {Type: "http", Scheme: "bearer"},
					"session": {Type: "apiKey", In: "cookie", Name: "KISMET"},
				},
			},
			Security: []map[string][]string{{"basic": {}}, {"bearer": {}}, {"session": {}}},
		},
		Formats: map[string]huma.Format{ // "json" stands for application/problem+json as well
			"application/json": {Marshal: marshal, Unmarshal: json.Unmarshal}, "json": {Marshal: marshal, Unmarshal: json.Unmarshal},
		},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
		Transformers:                 []huma.Transformer{ownProblem},
	})
	api.UseMiddleware(func(ctx huma.Context, next func(huma.Context)) { next(jsonOnly{ctx}) })
	on(api, h, operation{"GET", "/server", "server", "The server", "Version, uptime, and where frames come from."}, h.server)
	on(api, h, operation{"GET", "/sensors", "sensors", "Radios", "The radios that were heard, and how well they hear."}, h.sensors)
	on(api, h, operation{"GET", "/alerts", "alerts", "Alerts", "The newest alerts, a page at a time."}, h.alerts)
	on(api, h, operation{"GET", "/alerts/{id}", "alert", "One alert", "An alert by its id."}, h.alert)
	on(api, h, operation{"GET", "/definitions", "definitions", "Definitions", "What can be raised."}, h.definitions)
	on(api, h, operation{"GET", "/definitions/{header}", "definition", "One definition", "With its detector's page."}, h.definition)
	on(api, h, operation{"GET", "/messages", "messages", "Messages", "The newest messages of the server."}, h.messages)
	h.registerWork(api)
	h.registerPlain(api, mux)
	return describe(api.OpenAPI())
}

// jsonOnly hides what a client would accept: there is but one form, and the framework's reader of that header panics on
// some that are malformed (";\xaf," is one).
type jsonOnly struct{ exchange }

type exchange = huma.Context

func (c jsonOnly) Header(name string) string {
	if name == "Accept" {
		return ""
	}
	return c.exchange.Header(name)
}

// registerWork registers what people do about incidents.
func (h *Handler) registerWork(api huma.API) {
	const again = " Sent again by the same caller with the same comment, it does nothing more."
	on(api, h, operation{"GET", "/incidents", "incidents", "Incidents", "The newest incidents, a page at a time."}, h.incidents)
	on(api, h, operation{"GET", "/incidents/{id}", "incident", "One incident", "An incident by its id."}, h.incident)
	on(api, h, operation{"POST", "/incidents/{id}/acknowledge", "acknowledge", "Acknowledge", "Says that the caller looks after an open incident." + again},
		h.change(tocsin.Acknowledged))
	on(api, h, operation{"POST", "/incidents/{id}/resolve", "resolve", "Resolve", "Says that an incident is over. The next alert of it opens it again." + again},
		h.change(tocsin.Resolved))
	on(api, h, operation{"POST", "/incidents/{id}/reopen", "reopen", "Reopen", "Says that an incident is not over, or that nobody looks after it." + again},
		h.change(tocsin.Open))
	on(api, h, operation{"GET", "/silences", "silences", "Silences", "The newest silences, a page at a time."}, h.silences)
	on(api, h, operation{"GET", "/silences/{id}", "silence", "One silence", "A silence by its id."}, h.silence)
	on(api, h, operation{"DELETE", "/silences/{id}", "expireSilence", "Expire a silence", "Ends it now. It stays in the list. One that is over stays as it is."}, h.expireSilence)

	type output struct {
		Status int
		Body   Silence
	}
	o := operation{"POST", "/silences", "makeSilence", "Make a silence", "Answers with the silence that says the same, if there is one that is not over."}
	op := o.document(api)
	op.DefaultStatus = http.StatusCreated
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Silence](), true, "")
	op.Responses["200"] = &huma.Response{Description: "It was there already.", Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}
	huma.Register(api, op, func(ctx context.Context, in *silenceIn) (*output, error) {
		made, isNew, err := h.makeSilence(ctx, in)
		if err != nil {
			return nil, h.failure(ctx, o.path, err)
		}
		status := http.StatusOK
		if isNew {
			status = http.StatusCreated
		}
		return &output{status, made}, nil
	})
}

// operation is what the description says of one method of one path.
type operation struct{ method, path, id, summary, text string }

// on registers f, which is asked in and answers out. Failures become problems.
func on[In, Out any](api huma.API, h *Handler, o operation, f func(context.Context, *In) (Out, error)) {
	type output struct{ Body Out }
	op := o.document(api)
	op.DefaultStatus = http.StatusOK
	huma.Register(api, op, func(ctx context.Context, in *In) (*output, error) {
		out, err := f(ctx, in)
		if err != nil {
			return nil, h.failure(ctx, o.path, err)
		}
		return &output{out}, nil
	})
}

// document describes o and the problems that it can have.
func (o operation) document(api huma.API) huma.Operation {
	op := huma.Operation{
		OperationID: o.id, Method: o.method, Path: root + o.path, Summary: o.summary, Description: o.text,
		Responses: map[string]*huma.Response{},
	}
	schema := api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Problem](), true, "")
	problems := map[int]string{
		http.StatusBadRequest: "A parameter is wrong.", http.StatusUnauthorized: "There is no login in the request.",
		http.StatusForbidden: "The role of the token may not do this.", http.StatusNotFound: "There is no such thing.",
		http.StatusRequestEntityTooLarge: "The request has a body.", http.StatusTooManyRequests: "Too many wrong passwords came.",
		http.StatusInternalServerError: "The server's log says why.",
	}
	if o.method != http.MethodGet {
		problems[http.StatusServiceUnavailable] = "It could not be kept, and nothing was changed."
	}
	if o.method == http.MethodPost {
		problems[http.StatusBadRequest] = "A parameter or the body is wrong."
		problems[http.StatusRequestEntityTooLarge] = "The body is too large."
		problems[http.StatusUnsupportedMediaType] = "The body is not JSON."
		problems[http.StatusConflict] = "The state of things does not allow it."
	}
	for status, text := range problems {
		op.Responses[strconv.Itoa(status)] = &huma.Response{Description: text,
			Content: map[string]*huma.MediaType{problemType: {Schema: schema}}}
	}
	return op
}

const eventsText = `A stream of server-sent events, as browsers read them with EventSource. The data of an event is one line of JSON:
of type alert an Alert, of incident an Incident that has a new alert (at most once a second) or another state, of silence a
Silence that was made or expired, of message a Message, of lost a Lost.
A reader that comes again with Last-Event-ID gets what it missed, as far as it is kept; one that is too slow loses the
oldest events and gets a lost in their place. A comment comes every 15 seconds when nothing else does.`

const packetsText = `Packets from now on as pcapng, as Wireshark reads it: curl -N -u NAME URL | wireshark -k -i -. Each radio is an interface, whose comment
names its source by UUID. What is given as parameters must hold for a packet. A reader that is too slow loses packets, and the next
packet says how many (epb_dropcount).`

// registerPlain registers and describes what is no JSON made of a type.
func (h *Handler) registerPlain(api huma.API, mux *http.ServeMux) {
	schemas := api.OpenAPI().Components.Schemas
	schemas.Schema(reflect.TypeFor[Lost](), true, "")
	events := operation{"GET", "/events", "events", "What happens", eventsText}.document(api)
	events.Parameters = []*huma.Param{
		{Name: "types", In: "query", Description: "Only these types: alert, incident, silence, message, joined by commas. lost always comes.",
			Schema: &huma.Schema{Type: "string", MaxLength: new(64)}},
		{Name: "Last-Event-ID", In: "header", Description: "The id of the last event that was read.", Schema: &huma.Schema{Type: "string"}},
	}
	events.Responses["200"] = &huma.Response{Description: "The stream, which ends when the server stops.",
		Content: map[string]*huma.MediaType{streamType: {Schema: &huma.Schema{Type: "string"}}}}
	events.Responses["503"] = &huma.Response{Description: "There are too many streams.",
		Content: map[string]*huma.MediaType{problemType: {Schema: schemas.Schema(reflect.TypeFor[Problem](), true, "")}}}
	api.OpenAPI().AddOperation(&events)
	mux.HandleFunc("GET "+root+"/events", h.events)

	packets := operation{"GET", "/packets.pcapng", "packets", "Packets as they are heard", packetsText}.document(api)
	for _, q := range []struct{ name, text string }{
		{"source", "Only of the source of this name or uuid, as /server lists them."},
		{"address", "Only with this address, or one that matches a mask: 02:00:00:00:00:00/ff:ff:ff:00:00:00."},
		{"type", "Only 802.11 frames of this type: mgmt, ctrl or data."},
		{"subtype", "Only of these subtypes of type: numbers from 0 to 15, joined by commas."},
	} {
		packets.Parameters = append(packets.Parameters, &huma.Param{Name: q.name, In: "query", Description: q.text,
			Schema: &huma.Schema{Type: "string", MaxLength: new(256)}})
	}
	packets.Responses["200"] = &huma.Response{Description: "The stream, which ends when the server stops.",
		Content: map[string]*huma.MediaType{packetsType: {Schema: &huma.Schema{Type: "string", Format: "binary"}}}}
	packets.Responses["503"] = events.Responses["503"]
	api.OpenAPI().AddOperation(&packets)
	mux.HandleFunc("GET "+root+"/packets.pcapng", h.packets)

	self := operation{"GET", "/openapi.json", "openapi", "This description", "OpenAPI 3.1."}.document(api)
	self.Responses["200"] = &huma.Response{Description: "The description.",
		Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{Type: "object", AdditionalProperties: true}}}}
	api.OpenAPI().AddOperation(&self)
	mux.HandleFunc("GET "+description, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.Write(h.document)
	})
}

// describe writes the description. The framework's own form of a problem is not in it: ownProblem replaces it.
func describe(o *huma.OpenAPI) []byte {
	delete(o.Components.Schemas.Map(), "ErrorModel")
	b, err := json.MarshalIndent(o, "", "  ")
	if err != nil {
		panic("describe the interface: " + err.Error()) // our own types
	}
	return append(b, '\n')
}

// marshal escapes <, > and & beside what JSON demands: no answer is ever markup.
func marshal(w io.Writer, v any) error { return json.NewEncoder(w).Encode(v) }

// ownProblem puts what the framework says of wrong parameters in our form. The values are not echoed.
func ownProblem(_ huma.Context, _ string, v any) (any, error) {
	theirs, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	var m mistakes
	for _, e := range theirs.Errors {
		m.add(e.Location, e.Message)
	}
	return m.problem(), nil
}
