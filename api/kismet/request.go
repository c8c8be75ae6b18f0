package kismet

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/tocsin-wids/tocsin/api"
)

const (
	maxBody  = 1 << 20
	maxDepth = 64
	maxPairs = 1024
	// anyRole on a route means every caller who is known.
	anyRole = "any"
)

// request is what the handlers are asked.
type request struct {
	http   *http.Request
	caller api.Caller
	params map[string]string
	vars   url.Values // of the query and of a form
	json   any        // nil if none was sent
	suffix string
	format api.Format
}

// readBody reads the variables and the JSON of a POST.
func (q *request) readBody(w http.ResponseWriter) error {
	if q.http.Method != http.MethodPost {
		return nil
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, q.http.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return &refuse{http.StatusRequestEntityTooLarge, "Invalid request: body larger than 1 MiB\n"}
		}
		return invalid("body cannot be read")
	}
	media, _, err := mime.ParseMediaType(q.http.Header.Get("Content-Type"))
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		media = ""
	}
	switch media {
	case "application/x-www-form-urlencoded":
		for key, values := range parsePairs(string(body), true) {
			q.vars[key] = values
		}
	case "application/json":
		if len(bytes.TrimSpace(body)) > 0 {
			q.json, err = parseJSON(body, true)
			return err
		}
	}
	if q.vars.Has("json") {
		q.json, err = parseJSON([]byte(q.vars.Get("json")), false)
		return err
	}
	return nil
}

// parseJSON reads the first value in b; whole says that nothing may follow it.
func parseJSON(b []byte, whole bool) (any, error) {
	if depth(b) > maxDepth {
		return nil, invalid("JSON is nested too deeply")
	}
	d := json.NewDecoder(bytes.NewReader(b))
	var v any
	err := d.Decode(&v)
	if err == nil && whole {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("text after the value")
		}
	}
	if err != nil {
		return nil, invalid("[json.exception.parse_error.101] " + strings.ReplaceAll(err.Error(), "\n", " "))
	}
	return v, nil
}

// depth returns how many lists and objects stand in each other, at most.
func depth(b []byte) int {
	deepest, open, quoted := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[' || c == '{':
			open++
			deepest = max(deepest, open)
		case c == ']' || c == '}':
			open--
		}
	}
	return deepest
}

// Variables reads the query of r as the compatible interface does, for others that look for a login in it.
func Variables(r *http.Request) url.Values { return parsePairs(r.URL.RawQuery, false) }

// parsePairs splits s and then decodes the pieces. The last of several equal names counts. A plus sign is a space
// only in forms: passwords in queries are sent unencoded by clients that exist.
func parsePairs(s string, form bool) url.Values {
	vars := url.Values{}
	for piece := range strings.SplitSeq(s, "&") {
		if piece == "" {
			continue
		}
		if len(vars) >= maxPairs {
			break
		}
		key, value, _ := strings.Cut(piece, "=")
		vars[decode(key, form)] = []string{decode(value, form)}
	}
	return vars
}

// decode leaves a percent sign that does not begin two hexadecimal digits as it is.
func decode(s string, form bool) string {
	if !strings.ContainsAny(s, "%+") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '+' && form:
			c = ' '
		case c == '%' && i+2 < len(s):
			high, low := hexDigit(s[i+1]), hexDigit(s[i+2])
			if high >= 0 && low >= 0 {
				c = byte(high<<4 | low)
				i += 2
			}
		}
		b = append(b, c)
	}
	return string(b)
}

func hexDigit(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

// object returns the JSON that was sent as an object.
func (q *request) object() (map[string]any, error) {
	switch v := q.json.(type) {
	case map[string]any:
		return v, nil
	case nil:
		return nil, notText(nil)
	default:
		return nil, invalid("[json.exception.type_error.305] cannot use operator[] with a string argument with " + kind(v))
	}
}

func notText(v any) error {
	return invalid("[json.exception.type_error.302] type must be string, but is " + kind(v))
}

// member returns a text of the object o; it may be absent only if optional.
func member(o map[string]any, name string, optional bool) (string, error) {
	v, given := o[name]
	if !given && optional {
		return "", nil
	}
	s, ok := v.(string)
	if !ok {
		return "", notText(v)
	}
	return s, nil
}

// kind returns the word that compatible messages have for the type of v.
func kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case []any:
		return "array"
	}
	return "object"
}

// selected returns the members of the table that the request asks for.
func selected[T any](q *request, table []api.Field[T]) ([]api.Field[T], error) {
	o, _ := q.json.(map[string]any)
	choices, err := api.ParseChoices(o["fields"])
	if err != nil {
		return nil, failed(err.Error())
	}
	return api.Select(table, choices), nil
}
