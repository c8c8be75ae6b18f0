package api

import "github.com/tocsin-wids/tocsin"

// Payload is what an event carries: a value that can write itself in every format.
type Payload interface {
	// Append appends the value with the members that choices name; depth is how many records or lists it stands in.
	Append(b []byte, choices []Choice, f Format, depth int) []byte
}

// Record returns a Payload of v with the members that fields name. Neither may change while the Payload is used.
func Record[T any](v *T, fields []Field[T]) Payload { return record[T]{v, fields} }

type record[T any] struct {
	value  *T
	fields []Field[T]
}

func (r record[T]) Append(b []byte, choices []Choice, f Format, depth int) []byte {
	return AppendRecord(b, r.value, Select(r.fields, choices), f, depth)
}

// Text is a Payload that is a string, such as an identifier: it has no members to choose.
type Text string

// Append appends t as a JSON string.
func (t Text) Append(b []byte, _ []Choice, _ Format, _ int) []byte { return AppendString(b, string(t)) }

// Place is where a receiver is.
type Place struct {
	at   alert // of which the location counts
	uuid string
}

// NewPlace returns the place of the receiver with this identifier; l is nil if it does not know one.
func NewPlace(l *tocsin.Location, uuid string) *Place { return &Place{alert{Location: l}, uuid} }

func (p *Place) located() bool { return located(&p.at) }

// PlaceFields are the members of a Place. Without one there is only the point at 0, 0.
var PlaceFields = append(Within(placeFields, func(p *Place) *alert { return &p.at }),
	Field[Place]{Name: "kismet.common.location.speed", Type: "double", Help: "km/h, 0 if unknown", Has: (*Place).located,
		Append: func(b []byte, p *Place) []byte { return AppendFloat(b, p.at.Location.Speed) }},
	Field[Place]{Name: "kismet.common.location.heading", Type: "double", Help: "degrees, 0 if unknown", Has: (*Place).located,
		Append: func(b []byte, p *Place) []byte { return AppendFloat(b, p.at.Location.Heading) }},
	Field[Place]{Name: "kismet.common.location.magheading", Type: "double", Help: "by a compass, unknown", Has: (*Place).located,
		Append: func(b []byte, _ *Place) []byte { return append(b, '0') }},
	Field[Place]{Name: "kismet.common.location.gps_uuid", Type: "uuid", Help: "identifier of the receiver", Has: (*Place).located,
		Append: func(b []byte, p *Place) []byte { return AppendString(b, p.uuid) }},
)

// Within returns fields as members of a record that holds theirs; of returns it and never nil.
func Within[T, U any](fields []Field[U], of func(*T) *U) []Field[T] {
	list := make([]Field[T], len(fields))
	for i, f := range fields {
		list[i] = Field[T]{Name: f.Name, Type: f.Type, Help: f.Help}
		if f.Has != nil {
			list[i].Has = func(v *T) bool { return f.Has(of(v)) }
		}
		if f.Fields != nil {
			list[i].Fields = Within(f.Fields, of)
		} else {
			list[i].Append = func(b []byte, v *T) []byte { return f.Append(b, of(v)) }
		}
	}
	return list
}
