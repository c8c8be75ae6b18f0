package kismet

import (
	"errors"
	"math"
	"net/http"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

func (h *handler) checkSetup(*request) (reply, error) {
	switch h.Auth.Setup() {
	case api.SetByOperator:
		return text(http.StatusNotAcceptable, "Login configured in global config\n")
	case api.SetByUser:
		return text(http.StatusOK, "Login configured in user config\n")
	}
	return text(http.StatusInternalServerError, "Login not configured\n")
}

func (h *handler) checkLogin(*request) (reply, error) { return text(http.StatusOK, "Login valid\n") }

func (h *handler) checkSession(*request) (reply, error) {
	return text(http.StatusOK, "Session valid\n")
}

func (h *handler) setPassword(q *request) (reply, error) {
	err := h.Auth.SetPassword(q.http, q.caller, q.vars.Get("setup"), q.vars.Get("username"), q.vars.Get("password"))
	if mistake := new(tocsin.Error); errors.As(err, &mistake) {
		switch mistake.Code {
		case tocsin.Forbidden:
			return text(http.StatusForbidden, mistake.Message+"\n")
		case tocsin.Throttled:
			return text(http.StatusTooManyRequests, mistake.Message+"\n")
		}
		return text(http.StatusBadRequest, mistake.Message+"\n")
	}
	if err != nil {
		return reply{}, err
	}
	q.caller.Session = "" // ended with all others
	h.Ledger.Say(tocsin.MessageInfo, "The login of the administrator was set")
	return text(http.StatusOK, "Login configured\n")
}

var tokenFields = []api.Field[api.Token]{
	{Name: "kismet.httpd.auth.name", Type: "string", Help: "name of the token",
		Append: func(b []byte, t *api.Token) []byte { return api.AppendString(b, t.Name) }},
	{Name: "kismet.httpd.auth.role", Type: "string", Help: "what it opens",
		Append: func(b []byte, t *api.Token) []byte { return api.AppendString(b, t.Role) }},
	{Name: "kismet.httpd.auth.expiration", Type: "uint64_t", Help: "when it ends, Unix seconds, 0 for never",
		Append: func(b []byte, t *api.Token) []byte { return api.AppendTime(b, t.Expires.Truncate(time.Second)) }},
}

func (h *handler) listTokens(q *request) (reply, error) {
	list := h.Auth.Tokens()
	return reply{body: api.AppendList(nil, len(list), q.format, 0, func(b []byte, i int) []byte {
		return api.AppendRecord(b, &list[i], tokenFields, q.format, 1)
	})}, nil
}

func (h *handler) generateToken(q *request) (reply, error) {
	o, err := q.object()
	if err != nil {
		return reply{}, err
	}
	name, err := member(o, "name", false)
	if err != nil {
		return reply{}, err
	}
	role, err := member(o, "role", false)
	if err != nil {
		return reply{}, err
	}
	seconds, ok := o["duration"].(float64)
	if !ok {
		return reply{}, invalid("[json.exception.type_error.302] type must be number, but is " + kind(o["duration"]))
	}
	if seconds < 0 || seconds > math.MaxInt64/float64(2*time.Second) {
		return reply{}, invalid("duration must be 0 for ever, or a number of seconds")
	}
	// A part of a second counts as one: cut to 0 it would be a token for ever.
	token, err := h.Auth.Generate(name, role, time.Duration(math.Ceil(seconds))*time.Second)
	if err != nil {
		return reply{}, tokenFailure(err)
	}
	h.Ledger.Say(tocsin.MessageInfo, "An API token with the role "+role+" was made: "+name)
	return reply{body: []byte(token)}, nil
}

func (h *handler) revokeToken(q *request) (reply, error) {
	o, err := q.object()
	if err != nil {
		return reply{}, err
	}
	name, err := member(o, "name", false)
	if err != nil {
		return reply{}, err
	}
	if err := h.Auth.Revoke(name); err != nil {
		return reply{}, tokenFailure(err)
	}
	h.Ledger.Say(tocsin.MessageInfo, "An API token was revoked: "+name)
	return text(http.StatusOK, "revoked\n")
}

// tokenFailure gives the status that compatible clients know to the two mistakes that they know.
func tokenFailure(err error) error {
	switch tocsin.ErrorCode(err) {
	case tocsin.Exists, tocsin.NotFound:
		return failed(err.Error())
	}
	return err
}
