package auth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin/api"
)

// Cookie is the name of the session's cookie, and of the query parameter and the header that stand for it.
const Cookie = "KISMET"

const (
	// sessionLife is how long a session is valid; a new one is opened after half of it.
	sessionLife = 24 * time.Hour
	// maxName and maxPassword bound what is hashed.
	maxName     = 128
	maxPassword = 1024
)

// Options configures a Keeper.
type Options struct {
	Logger   *slog.Logger // discards if nil
	File     string       // where the login and the tokens are kept; empty: in memory only
	User     string       // with Password: the login, instead of the one in the file; it cannot be changed over HTTP
	Password string
	// KismetFile is Kismet's own file of the login (kismet_httpd.conf, "key=value" lines), which has the password in
	// clear text. It is read only while there is no login here, and never written. Empty: none.
	KismetFile string
	// KismetTokens is Kismet's file of API tokens (session.db, a list in JSON), taken over once. Empty: none.
	KismetTokens string
	Warn         func(text string) // what of these two cannot be taken over; it is only logged if nil
	Now          func() time.Time  // time.Now if nil
}

// Keeper holds the login, the sessions and the tokens.
type Keeper struct {
	logger   *slog.Logger
	warn     func(string)
	now      func() time.Time
	file     string
	operator bool
	key      [32]byte // of this process: what was proven is remembered only under it
	hashing  chan struct{}
	failures failures
	changing sync.Mutex // one change at a time
	loading  sync.Mutex // one reader of the file at a time

	mu       sync.Mutex
	disk     stored                 // what the file holds
	seen     fs.FileInfo            // of the file when it was last read
	active   *login                 // the operator's, else that of the file; nil if there is none
	setup    string                 // opens set-up while there is no login
	proven   []byte                 // HMAC of the name and password that were right; nil if none were yet
	sessions map[[32]byte]time.Time // SHA-256 of the session's name: when it ends
	session  string                 // the newest
	opened   time.Time              // when that was opened
	watches  map[*watch]struct{}
}

// Open reads the file, or starts without a login if there is none.
func Open(o Options) (*Keeper, error) {
	k := &Keeper{
		logger: o.Logger, warn: o.Warn, now: o.Now, file: o.File, hashing: make(chan struct{}, 2),
		sessions: map[[32]byte]time.Time{}, failures: newFailures(),
		watches: map[*watch]struct{}{},
	}
	if k.logger == nil {
		k.logger = slog.New(slog.DiscardHandler)
	}
	if k.warn == nil {
		k.warn = func(string) {}
	}
	if k.now == nil {
		k.now = time.Now
	}
	rand.Read(k.key[:])
	if (o.User == "") != (o.Password == "") {
		return nil, fmt.Errorf("login needs both a name and a password")
	}
	if o.User != "" {
		k.operator, k.active = true, newLogin(o.User, o.Password)
	}
	if err := k.load(); err != nil {
		return nil, err
	}
	if k.active == nil && o.KismetFile != "" {
		if err := k.takeOver(o.KismetFile); err != nil {
			return nil, err
		}
	}
	if !k.disk.TokensTaken && o.KismetTokens != "" {
		if err := k.takeOverTokens(o.KismetTokens); err != nil {
			return nil, err
		}
	}
	if k.active == nil {
		k.setup = secret()
	}
	return k, nil
}

// secret returns 128 random bits as 32 upper-case hexadecimal digits, as clients of Kismet know tokens.
func secret() string {
	var b [16]byte
	rand.Read(b[:])
	return strings.ToUpper(hex.EncodeToString(b[:]))
}

// SetupSecret returns what set-up over HTTP must name; empty once there is a login.
func (k *Keeper) SetupSecret() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.setup
}

// Setup says where the login comes from.
func (k *Keeper) Setup() api.Setup {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.active == nil:
		return api.NotSetUp
	case k.operator:
		return api.SetByOperator
	}
	return api.SetByUser
}

// login checks a name and a password, and opens a session if they are right.
func (k *Keeper) login(r *http.Request, user, password string) api.Caller {
	if user == "" || password == "" || len(user) > maxName || len(password) > maxPassword {
		return api.Caller{}
	}
	address := remote(r)
	if k.failures.blocked(address, k.now()) {
		return api.Caller{Refused: true}
	}
	right, looked := k.check(r, user, password)
	if !looked {
		return api.Caller{Refused: true}
	}
	if !right {
		k.guessed(address)
		return api.Caller{}
	}
	return api.Caller{Role: api.Admin, Name: user, Session: k.openSession()}
}

// guessed counts a wrong password. Neither it nor the name is logged: people type the one in place of the other.
func (k *Keeper) guessed(address netip.Prefix) {
	if k.failures.count(address, k.now()) {
		k.logger.Warn("many wrong passwords from one address, it must wait between more", "address", address)
	}
}

// check reports whether user and password are the login; looked is false if too many wrong ones came meanwhile.
func (k *Keeper) check(r *http.Request, user, password string) (right, looked bool) {
	proof := k.proof(user, password)
	k.mu.Lock()
	login, proven := k.active, k.proven
	k.mu.Unlock()
	if login == nil {
		return false, true
	}
	if proven != nil && hmac.Equal(proof, proven) {
		return true, true
	}
	select {
	case k.hashing <- struct{}{}:
	case <-r.Context().Done():
		return false, false
	}
	defer func() { <-k.hashing }()
	// Many guesses may have passed the first look while they waited here.
	if k.failures.blocked(remote(r), k.now()) {
		return false, false
	}
	right = login.matches(user, password)
	if right {
		k.mu.Lock()
		if k.active == login {
			k.proven = proof
		} else {
			right = false
		}
		k.mu.Unlock()
	}
	return right, true
}

func (k *Keeper) proof(user, password string) []byte {
	m := hmac.New(sha256.New, k.key[:])
	m.Write([]byte(user))
	m.Write([]byte{0})
	m.Write([]byte(password))
	return m.Sum(nil)
}

// openSession returns the newest session, or another if half of its time is over. All belong to the one administrator.
func (k *Keeper) openSession() string {
	now := k.now()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.session == "" || now.Sub(k.opened) > sessionLife/2 {
		for sum, end := range k.sessions {
			if !now.Before(end) {
				delete(k.sessions, sum)
			}
		}
		k.session, k.opened = secret(), now
		k.sessions[sha256.Sum256([]byte(k.session))] = now.Add(sessionLife)
	}
	return k.session
}

func sameText(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
