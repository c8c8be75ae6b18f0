package v1

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
)

// Problem is what went wrong, as of RFC 9457.
type Problem struct {
	Type   string    `json:"type" doc:"Always about:blank: the status says what kind of problem it is."`
	Title  string    `json:"title" doc:"The status in words."`
	Status int       `json:"status" minimum:"400" maximum:"599" doc:"As in the first line of the answer."`
	Detail string    `json:"detail" doc:"What is wrong and what to do, for people."`
	Errors []Mistake `json:"errors,omitempty" nullable:"false" doc:"Each mistake in the request."`

	allow string // methods, of a 405
	later int    // seconds until it may be tried again; 0: not said
}

// Mistake is one thing that is wrong in a request.
type Mistake struct {
	Location string `json:"location,omitempty" example:"query.limit" doc:"Where it is."`
	Message  string `json:"message" doc:"What is expected there."`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is how the framework learns the status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is how the framework learns the media type.
func (p *Problem) ContentType(string) string { return problemType }

const problemType = "application/problem+json"

func problem(status int, format string, args ...any) *Problem {
	return &Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: fmt.Sprintf(format, args...)}
}

// send writes p. What the answer had is gone: nothing was sent yet.
func (p *Problem) send(w http.ResponseWriter, r *http.Request) {
	b, _ := json.Marshal(p)
	head := w.Header()
	head.Set("Content-Type", problemType)
	head.Set("Cache-Control", "no-store")
	head.Set("Content-Length", strconv.Itoa(len(b)+1))
	switch p.Status {
	case http.StatusUnauthorized:
		head.Set("WWW-Authenticate", `Basic realm="Tocsin", charset="UTF-8", Bearer realm="Tocsin"`)
	case http.StatusMethodNotAllowed:
		head.Set("Allow", p.allow)
	}
	if p.later > 0 {
		head.Set("Retry-After", strconv.Itoa(p.later))
	}
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		w.Write(append(b, '\n'))
	}
}

// mistakes collects what is wrong in a request, so that the client is told all at once.
type mistakes []Mistake

func (m *mistakes) add(location, message string) { *m = append(*m, Mistake{location, message}) }

func (m mistakes) err() error {
	if len(m) == 0 {
		return nil
	}
	return m.problem()
}

func (m mistakes) problem() *Problem {
	p := problem(http.StatusBadRequest, "The request cannot be understood: correct what errors names; %s describes what is accepted.", description)
	p.Errors = m
	return p
}

// failure turns an error of a handler into what the client is told. What is not the client's mistake is logged, and only
// that it happened is told.
func (h *Handler) failure(ctx context.Context, path string, err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	var mistake *tocsin.Error
	if errors.As(err, &mistake) {
		switch mistake.Code {
		case tocsin.Invalid:
			return problem(http.StatusBadRequest, "%s", mistake.Message)
		case tocsin.NotFound:
			return problem(http.StatusNotFound, "%s", mistake.Message)
		case tocsin.Exists:
			return problem(http.StatusConflict, "%s", mistake.Message)
		case tocsin.Throttled:
			return problem(http.StatusTooManyRequests, "%s", mistake.Message)
		case tocsin.Forbidden:
			return problem(http.StatusForbidden, "%s", mistake.Message)
		case tocsin.Conflict:
			return problem(http.StatusConflict, "%s", mistake.Message)
		}
	}
	if errors.Is(err, alert.ErrNotKept) {
		p := problem(http.StatusServiceUnavailable, "Nothing was changed, because it could not be kept: the server's log says why. Try again later.")
		p.later = 30
		return p
	}
	if ctx.Err() == nil { // or nobody is left to care
		h.o.Logger.Error("answer request", "path", path, "error", err)
	}
	return problem(http.StatusInternalServerError, "The server could not answer: its log says why.")
}
