package alert

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Options configures a Ledger.
type Options struct {
	Logger  *slog.Logger              // discards if nil
	Now     func() time.Time          // time.Now if nil; analysis passes the frames' clock
	Entropy func() uint64             // of record ids; random if nil
	Sensor  func(index uint16) string // names a radio; "" if nil
	// Location tells where what was found was heard, or with nil where the server is that a client asks to raise an alert. It keeps
	// nothing of its argument, and what it returns never changes; nil is unknown. What the server
	// says of itself has no place.
	Location  func(*tocsin.Detected) *tocsin.Location
	Backlog   int                          // records kept for clients
	Throttles map[string]tocsin.Throttle   // configured, by header: instead of the definition's own
	Explains  func(header string) []string // see tocsin.Definition; nothing explains anything if nil
	Quiet     time.Duration                // findings of one fingerprint at most this far apart are one incident; DefaultQuiet if 0

	Store Store           // keeps records before they are shown, while Run runs; nil: they are shown at once
	Kept  []*tocsin.Alert // the newest records of the Store, oldest first: what clients see after a restart
	Queue int             // records that wait for the Store; DefaultQueue if 0
}

// Store is what a Ledger needs of a store.Store: when a method that puts returns nil, what was put survives a crash, and
// what was put with an unknown end may be put again.
type Store interface {
	Put(ctx context.Context, batch []*tocsin.Alert) error
	Since(ctx context.Context, after time.Time, most int) ([]*tocsin.Alert, error)

	PutWork(ctx context.Context, w tocsin.Work) error
	Incidents(ctx context.Context, most int) ([]tocsin.Incident, error)
	Silences(ctx context.Context) ([]tocsin.Silence, error)
}

// DefaultQueue holds more than a store keeps in half a second.
const DefaultQueue = 8192

// ErrNotKept tells who raised an alert that it may not survive a restart, and who changed something that it was not changed.
var ErrNotKept = errors.New("not kept")

// DefaultQuiet is longer than detectors wait before they speak again of what goes on.
const DefaultQuiet = 15 * time.Minute

// Event is one thing that happened, for subscribers. At most one of its last members is set; TIMESTAMP has none.
type Event struct {
	Topic    string // one of the topics of this package, or what the publisher of Payload calls it
	Time     time.Time
	Alert    *tocsin.Alert
	Message  *tocsin.Message
	Incident *tocsin.Incident // somebody changed its state
	Silence  *tocsin.Silence  // somebody made it or expired it
	Payload  any              // of other topics: what readers of the topic know; it never changes
}

// Request is an alert that a client raises by name.
type Request struct {
	Header                     string
	Text                       string
	BSSID, Source, Dest, Other tocsin.MAC
	Channel                    string
}

// DefinitionState is a definition with the counters of its throttle.
type DefinitionState struct {
	tocsin.Definition
	BurstSent, TotalSent int
	Last                 time.Time // of the last alert sent; zero if none
	Raised, Suppressed   uint64    // sent and held back since the start
}
