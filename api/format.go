package api

// Format is one of the ways in which records are written.
type Format struct {
	underscore bool // members are named a_b instead of a.b
	lines      bool // a list is one record a line, without brackets
	pretty     bool // with line breaks and a description of each member
}

// Formats that the server itself writes in.
var (
	JSON  = Format{}
	Lines = Format{lines: true}
)

// ParseFormat returns the format of the given name, which is that of a path's suffix.
func ParseFormat(name string) (Format, bool) {
	switch name {
	case "json", "cmd", "jcmd":
		return JSON, true
	case "tjson":
		return Format{underscore: true}, true
	case "ekjson":
		return Format{underscore: true, lines: true}, true
	case "itjson":
		return Lines, true
	case "prettyjson":
		return Format{pretty: true}, true
	}
	return Format{}, false
}

// Field is one member of records of type T.
type Field[T any] struct {
	Name   string
	Type   string // a word that clients of Kismet know
	Help   string // what it means, for people
	Append func(b []byte, v *T) []byte
	Fields []Field[T]      // instead of Append: the member is itself a record
	Has    func(v *T) bool // nil: always there
}

// AppendRecord appends v with the members that fields name; depth is how many records or lists it stands in.
func AppendRecord[T any](b []byte, v *T, fields []Field[T], f Format, depth int) []byte {
	b = append(b, '{')
	first := true
	for i := range fields {
		m := &fields[i]
		if m.Has != nil && !m.Has(v) {
			continue
		}
		b = f.Member(b, depth, first, m.Name, m.Type, m.Help)
		first = false
		if m.Fields != nil {
			b = AppendRecord(b, v, m.Fields, f, depth+1)
		} else {
			b = m.Append(b, v)
		}
	}
	return f.Close(b, depth, '}')
}

// AppendList appends what n calls of item append, as a list that stands in depth others.
func AppendList(b []byte, n int, f Format, depth int, item func(b []byte, i int) []byte) []byte {
	if f.lines && depth == 0 {
		for i := range n {
			b = append(item(b, i), '\n')
		}
		return b
	}
	b = append(b, '[')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = f.line(b, depth+1)
		b = item(b, i)
	}
	return f.Close(b, depth, ']')
}

// Member appends the name of a record's member and, in the pretty format, what is said about it. The value follows.
func (f Format) Member(b []byte, depth int, first bool, name, kind, help string) []byte {
	if !first {
		b = append(b, ',')
		if f.pretty {
			b = append(b, "\r\n"...)
		}
	}
	if f.pretty {
		b = f.line(b, depth+1)
		b = append(b, `"description.`...)
		from := len(b) - 1
		b = AppendString(b[:from], name)
		copy(b[from:], ".")
		b = append(b, `: "`...)
		b = append(b, kind...)
		b = append(b, ", "...)
		b = append(b, help...)
		b = append(b, `",`...)
	}
	return f.name(f.line(b, depth+1), name)
}

// Key appends a name that no format alters. The value follows.
func (f Format) Key(b []byte, depth int, first bool, name string) []byte {
	if !first {
		b = append(b, ',')
	}
	b = AppendString(f.line(b, depth+1), name)
	return append(b, ": "...)
}

// Close ends a record or list that stands in depth others.
func (f Format) Close(b []byte, depth int, bracket byte) []byte {
	return append(f.line(b, depth), bracket)
}

// End appends what follows a record that stands alone.
func (f Format) End(b []byte) []byte {
	if f.lines {
		b = append(b, '\n')
	}
	return b
}

func (f Format) line(b []byte, depth int) []byte {
	if !f.pretty {
		return b
	}
	b = append(b, "\r\n"...)
	for range depth {
		b = append(b, ' ')
	}
	return b
}

func (f Format) name(b []byte, name string) []byte {
	from := len(b)
	b = AppendString(b, name)
	if f.underscore {
		for i := from; i < len(b); i++ {
			if b[i] == '.' {
				b[i] = '_'
			}
		}
	}
	return append(b, ": "...)
}
