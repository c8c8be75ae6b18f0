package api

import "time"

// Roles that the server itself knows. A token may carry any other word, which opens only what names it.
const (
	Admin    = "admin"
	ReadOnly = "readonly"
)

// Caller is who sent a request.
type Caller struct {
	Role    string // empty: nobody
	Session string // to be set as the cookie; empty if the caller brought no session and made none
	Cookie  bool   // known by a cookie, which a browser also adds to requests that other sites make
	Refused bool   // brought credentials after too many wrong ones from the same address: they were not looked at
}

// May reports whether c has one of the roles, of which "any" is every one. An administrator may everything; no roles
// at all means anybody.
func (c Caller) May(roles ...string) bool {
	if len(roles) == 0 || c.Role == Admin {
		return true
	}
	for _, r := range roles {
		if c.Role != "" && (r == c.Role || r == "any") {
			return true
		}
	}
	return false
}

// Token is what may be shown of an API token.
type Token struct {
	Name, Role string
	Expires    time.Time // zero: never
}

// Setup says where the administrator's login comes from.
type Setup uint8

const (
	NotSetUp Setup = iota // there is no login yet
	SetByUser
	SetByOperator // by the command line or the configuration: it cannot be changed over HTTP
)
