package v1

import (
	"cmp"
	"context"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Records is where alerts are read from.
type Records interface {
	// Page returns the newest alerts that match q.
	Page(ctx context.Context, q Query) (Found, error)
	// ByID returns one alert, or an error of code NotFound.
	ByID(ctx context.Context, id tocsin.ID) (*tocsin.Alert, error)
}

// Found is a part of what matches a Query.
type Found struct {
	Alerts []*tocsin.Alert // newest first, at most Query.Limit
	// Next is what Before is to be for the rest; nil if there is none. With it, who has to look through too much may
	// return early, with fewer alerts than it could or none.
	Next *Position
}

// Query chooses alerts. Its zero members choose all.
type Query struct {
	Before      *Position // only alerts that are older
	Headers     []string  // one of these, upper case
	Class       tocsin.Class
	AtLeast     tocsin.Severity
	BSSID       *tocsin.MAC
	Source      *tocsin.MAC
	Fingerprint string
	From, To    time.Time // of the raise; To is not included
	Text        string    // somewhere in the text, in any case
	Limit       int       // positive
}

// Position is a place in the order of alerts: by the time of the raise, then by ID.
type Position struct {
	Time time.Time
	ID   tocsin.ID
}

// PositionOf returns where a is.
func PositionOf(a *tocsin.Alert) Position { return Position{a.Time, a.ID} }

// Compare returns -1 if p is older than o, 1 if it is newer.
func (p Position) Compare(o Position) int {
	return cmp.Or(p.Time.Compare(o.Time), slices.Compare(p.ID[:], o.ID[:]))
}

// Matches reports whether q chooses a.
func (q *Query) Matches(a *tocsin.Alert) bool {
	switch {
	case q.Before != nil && PositionOf(a).Compare(*q.Before) >= 0,
		len(q.Headers) > 0 && !slices.Contains(q.Headers, a.Header),
		q.Class != "" && a.Class != q.Class,
		a.Severity < q.AtLeast,
		q.BSSID != nil && a.Transmitter != *q.BSSID,
		q.Source != nil && a.Source != *q.Source,
		q.Fingerprint != "" && a.Fingerprint != q.Fingerprint,
		!q.From.IsZero() && a.Time.Before(q.From),
		!q.To.IsZero() && !a.Time.Before(q.To):
		return false
	}
	return q.Text == "" || strings.Contains(strings.ToLower(a.Text), strings.ToLower(q.Text))
}

// Backlog returns the Records of what a ledger keeps in memory.
func Backlog(ledger interface {
	Alerts() []*tocsin.Alert // oldest first
}) Records {
	return backlog{ledger.Alerts}
}

type backlog struct{ alerts func() []*tocsin.Alert }

func (b backlog) Page(_ context.Context, q Query) (Found, error) {
	var found Found
	for _, a := range slices.Backward(b.alerts()) {
		if !q.Matches(a) {
			continue
		}
		if n := len(found.Alerts); n == q.Limit {
			last := PositionOf(found.Alerts[n-1])
			found.Next = &last
			break
		}
		found.Alerts = append(found.Alerts, a)
	}
	return found, nil
}

func (b backlog) ByID(_ context.Context, id tocsin.ID) (*tocsin.Alert, error) {
	for _, a := range b.alerts() {
		if a.ID == id {
			return a, nil
		}
	}
	return nil, tocsin.Errorf(tocsin.NotFound, "There is no alert of that id, or it is no longer kept.")
}

// idText reads what tocsin.ID.String writes.
var idText = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

func parseID(s string) (id tocsin.ID, ok bool) {
	b, err := idText.DecodeString(strings.ToUpper(s))
	if err != nil || len(b) != len(id) {
		return id, false
	}
	copy(id[:], b)
	return id, id.String() == strings.ToUpper(s) // or some bits after the last were set
}

// cursor writes p for clients, who give it back unread.
func (p Position) cursor() string {
	b := binary.BigEndian.AppendUint64(nil, uint64(p.Time.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(b, p.ID[:]...))
}

func parseCursor(s string) (p Position, ok bool) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 8+len(p.ID) {
		return p, false
	}
	p.Time = time.UnixMicro(int64(binary.BigEndian.Uint64(b))).UTC()
	copy(p.ID[:], b[8:])
	return p, p.cursor() == s // or there were line ends in it, which base64 passes over
}
