package detect

import (
	"errors"
	"fmt"
	"iter"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Limit describes one number that people may change about a detector.
type Limit struct {
	Name    string // snake_case, permanent: the configuration's key
	Type    string // "int", "float", "bool" or "duration"
	Default string // as ParseDuration and strconv read it
	Min     string // empty for a bool
	Help    string // a few words, with the unit
}

// Limits describes the limits of s in the order of their declaration; none if nobody defined them.
func (s Spec) Limits() []Limit {
	if s.limits == nil {
		return nil
	}
	var list []Limit
	for f, v := range fields(reflect.ValueOf(s.limits)) {
		l := Limit{Name: snake(f.Name), Type: typeName(f.Type), Default: text(v), Help: f.Tag.Get("help")}
		if f.Type.Kind() != reflect.Bool {
			l.Min = text(lowest(f))
		}
		list = append(list, l)
	}
	return list
}

// fields yields the fields of the limits v, those of embedded structs in their place.
func fields(v reflect.Value) iter.Seq2[reflect.StructField, reflect.Value] {
	return func(yield func(reflect.StructField, reflect.Value) bool) {
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if !f.Anonymous || f.Type.Kind() != reflect.Struct {
				if !yield(f, v.Field(i)) {
					return
				}
				continue
			}
			for f, v := range fields(v.Field(i)) {
				if !yield(f, v) {
					return
				}
			}
		}
	}
}

// override returns a copy of the default limits with the values of m in it.
func (s Spec) override(m map[string]any) (any, error) {
	v := reflect.New(reflect.TypeOf(s.limits)).Elem()
	v.Set(reflect.ValueOf(s.limits))
	var problems []error
	known := map[string]bool{}
	for f, field := range fields(v) {
		name := snake(f.Name)
		known[name] = true
		given, ok := m[name]
		if !ok {
			continue
		}
		if err := set(field, f, given); err != nil {
			problems = append(problems, fmt.Errorf("detector %s: limit %s: %w", s.Header, name, err))
		}
	}
	for name := range m {
		if !known[name] {
			problems = append(problems, fmt.Errorf("detector %s: there is no limit %q; %s", s.Header, name, s.choices()))
		}
	}
	slices.SortFunc(problems, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return v.Interface(), errors.Join(problems...)
}

func (s Spec) choices() string {
	var names []string
	for _, l := range s.Limits() {
		names = append(names, l.Name)
	}
	if len(names) == 0 {
		return "it has none"
	}
	return "it has " + strings.Join(names, ", ")
}

// set gives v, the field f of a limits struct, the value that configuration or a client wrote.
func set(v reflect.Value, f reflect.StructField, given any) error {
	next := reflect.New(f.Type).Elem()
	if err := read(next, given); err != nil {
		return err
	}
	if below(next, lowest(f)) {
		return fmt.Errorf("%s is less than the least allowed, %s", text(next), text(lowest(f)))
	}
	v.Set(next)
	return nil
}

// read puts given into v. Numbers may come as text, and as the whole floats that JSON makes of them.
func read(v reflect.Value, given any) error {
	var err error
	switch x := v.Addr().Interface().(type) {
	case *bool:
		*x, err = strconv.ParseBool(fmt.Sprint(given))
		if err != nil {
			return fmt.Errorf("%v is not true or false", given)
		}
	case *time.Duration:
		if d, ok := given.(time.Duration); ok {
			*x = d
			return nil
		}
		*x, err = time.ParseDuration(strings.TrimSpace(fmt.Sprint(given)))
		if err != nil {
			return fmt.Errorf("%v is not a time with its unit, such as 500ms, 10s or 5m", given)
		}
	case *int:
		if f, ok := given.(float64); ok && f == math.Trunc(f) && math.Abs(f) < 1<<53 {
			*x = int(f)
			return nil
		}
		*x, err = strconv.Atoi(strings.TrimSpace(fmt.Sprint(given)))
		if err != nil {
			return fmt.Errorf("%v is not a whole number", given)
		}
	case *float64:
		*x, err = strconv.ParseFloat(strings.TrimSpace(fmt.Sprint(given)), 64)
		if err != nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
			return fmt.Errorf("%v is not a number", given)
		}
	}
	return nil
}

// lowest returns the least value that f may have.
func lowest(f reflect.StructField) reflect.Value {
	v := reflect.New(f.Type).Elem()
	tag, ok := f.Tag.Lookup("min")
	switch {
	case f.Type.Kind() == reflect.Bool:
	case ok:
		if err := read(v, tag); err != nil {
			panic(fmt.Sprintf("tag min of limit %s: %v", f.Name, err))
		}
	case f.Type.Kind() == reflect.Float64:
		v.SetFloat(1)
	default:
		v.SetInt(1)
	}
	return v
}

func below(v, least reflect.Value) bool {
	switch v.Kind() {
	case reflect.Bool:
		return false
	case reflect.Float64:
		return v.Float() < least.Float()
	default:
		return v.Int() < least.Int()
	}
}

func mustBeLimits(header string, limits any) {
	v := reflect.ValueOf(limits)
	if v.Kind() != reflect.Struct {
		panic(fmt.Sprintf("detector %s: limits are a %s, want a struct", header, v.Kind()))
	}
	known := map[string]bool{}
	for f, field := range fields(v) {
		switch {
		case !f.IsExported() || typeName(f.Type) == "":
			panic(fmt.Sprintf("detector %s: limit %s: want an exported int, float64, bool or time.Duration", header, f.Name))
		case f.Tag.Get("help") == "":
			panic(fmt.Sprintf("detector %s: limit %s has no help", header, f.Name))
		case below(field, lowest(f)):
			panic(fmt.Sprintf("detector %s: default of limit %s is below its least", header, f.Name))
		case known[f.Name]:
			panic(fmt.Sprintf("detector %s: there are two limits %s", header, f.Name))
		}
		known[f.Name] = true
	}
}

// typeName returns what people call t, "" if a limit cannot have that type.
func typeName(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[int]():
		return "int"
	case reflect.TypeFor[float64]():
		return "float"
	case reflect.TypeFor[bool]():
		return "bool"
	case reflect.TypeFor[time.Duration]():
		return "duration"
	}
	return ""
}

func text(v reflect.Value) string { return fmt.Sprint(v.Interface()) }

// snake turns a Go name into a key: MinClients to min_clients, KeysPerBSSID to keys_per_bssid.
func snake(name string) string {
	isUpper := func(i int) bool { return name[i] >= 'A' && name[i] <= 'Z' }
	var b strings.Builder
	for i := range len(name) {
		if i > 0 && isUpper(i) && (!isUpper(i-1) || i+1 < len(name) && !isUpper(i+1)) {
			b.WriteByte('_')
		}
		b.WriteString(strings.ToLower(name[i : i+1]))
	}
	return b.String()
}
