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

// Place returns a Payload of where the server is; l is nil if it does not know.
func Place(l *tocsin.Location) Payload {
	return Record(&tocsin.Alert{Location: l}, locationFields)
}

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
