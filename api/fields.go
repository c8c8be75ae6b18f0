package api

import (
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// Errors of Select, in the words that clients of Kismet know.
var (
	ErrFieldPair = tocsin.Errorf(tocsin.Invalid, "Invalid field mapping, expected [field, name]")
	ErrField     = tocsin.Errorf(tocsin.Invalid, "Invalid field mapping, expected field or [field,rename]")
	ErrFieldText = tocsin.Errorf(tocsin.Invalid, "[json.exception.type_error.302] type must be string")
)

// maxSelected bounds how many members a client may ask of a record; the records have fewer than fifty.
const maxSelected = 256

// ErrFieldCount says that a client asks for more members than any record has.
var ErrFieldCount = tocsin.Errorf(tocsin.Invalid, "too many fields")

// Choice is one member that a client asks for.
type Choice struct {
	Path string // names of fields, separated by slashes
	Name string // to be given to it; empty: the last name of the path
}

// ParseChoices reads what a client sent as "fields": names, or pairs of a name and a new name. What is not a list
// means all members, and gives nil.
func ParseChoices(v any) ([]Choice, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, nil
	}
	if len(list) > maxSelected {
		return nil, ErrFieldCount
	}
	choices := make([]Choice, 0, len(list))
	for _, e := range list {
		switch e := e.(type) {
		case string:
			choices = append(choices, Choice{Path: e})
		case []any:
			if len(e) != 2 {
				return nil, ErrFieldPair
			}
			path, isText := e[0].(string)
			name, isToo := e[1].(string)
			if !isText || !isToo {
				return nil, ErrFieldText
			}
			choices = append(choices, Choice{path, name})
		default:
			return nil, ErrField
		}
	}
	return choices, nil
}

// Select returns the members that choices name, in their order, from those in fields. No choices select everything.
// What does not exist is a member with the value 0 and the name that was asked for.
func Select[T any](fields []Field[T], choices []Choice) []Field[T] {
	if len(choices) == 0 {
		return fields
	}
	selected := make([]Field[T], 0, len(choices))
	for _, c := range choices {
		if f, ok := find(fields, c.Path); ok {
			if c.Name != "" {
				f.Name = c.Name
			}
			selected = append(selected, f)
		}
	}
	return selected
}

// find returns the field at path, complete even where its record lacks it; ok is false for a path without a name.
func find[T any](fields []Field[T], path string) (field Field[T], ok bool) {
	known := true
	name := ""
	for part := range strings.SplitSeq(path, "/") {
		if part == "" {
			continue
		}
		name = part
		if !known {
			continue
		}
		known = false
		for i := range fields {
			if fields[i].Name == part {
				field, known = fields[i], true
				break
			}
		}
		fields = field.Fields
		if !known {
			fields = nil
		}
	}
	if name == "" {
		return field, false
	}
	if !known {
		return Field[T]{Name: name, Type: "placeholder", Help: "unknown field", Append: zero[T]}, true
	}
	if has, inner := field.Has, field.Append; has != nil {
		field.Has = nil
		field.Append = func(b []byte, v *T) []byte {
			if !has(v) {
				return append(b, '0')
			}
			return inner(b, v)
		}
	}
	return field, true
}

// Find returns the field at path; its value is 0 where a record lacks it.
func Find[T any](fields []Field[T], path string) (Field[T], bool) {
	f, ok := find(fields, path)
	return f, ok && f.Type != "placeholder"
}

func zero[T any](b []byte, _ *T) []byte { return append(b, '0') }
