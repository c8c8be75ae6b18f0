package api

import "time"

// Roles that routes name. A token may carry any other word, which opens only what names it.
const (
	Admin      = "admin"
	ReadOnly   = "readonly"
	Operator   = "operator"   // people who work with incidents, and programs for them
	DataSource = "datasource" // capture tools
	ScanReport = "scanreport" // programs that submit scans
	WebGPS     = "WEBGPS"     // programs that submit positions
	ADSB       = "ADSB"       // feeds of aircraft
)

// Caller is who sent a request.
type Caller struct {
	Role    string // empty: nobody
	Name    string // of the token, or that the administrator logs in with
	Session string // to be set as the cookie; empty if the caller brought no session and made none
	Cookie  bool   // known by a cookie, which a browser also adds to requests that other sites make
	Basic   bool   // known by a Basic login, which a browser remembers and adds likewise
	// Token is the SHA-256 of the API token that the caller holds; zero if it is the administrator by a login.
	Token   [32]byte
	Refused bool // brought credentials after too many wrong ones from the same address: they were not looked at
}

// Ambient reports whether c is known by what a browser adds of itself: a page of another site may have sent the
// request without knowing any secret.
func (c Caller) Ambient() bool { return c.Cookie || c.Basic }

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
	Created    time.Time
	Expires    time.Time // zero: never
}

// Setup says where the administrator's login comes from.
type Setup uint8

const (
	NotSetUp Setup = iota // there is no login yet
	SetByUser
	SetByOperator // by the command line or the configuration: it cannot be changed over HTTP
)
