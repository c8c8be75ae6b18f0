package kismet

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/store"
)

// History is what the handler needs of a store.Store.
type History interface {
	ByHash(ctx context.Context, hash uint32) (*tocsin.Alert, error)
	Since(ctx context.Context, after time.Time, most int) ([]*tocsin.Alert, error)
	Page(ctx context.Context, q store.Query) (store.Page, error)
}

const (
	// maxAnswer is how many records of history one answer holds. Who gets that many asks again: for what is later than the
	// last of them, or for the next page.
	maxAnswer = 1000
	// historyTimeout ends a search that would keep others waiting.
	historyTimeout = 5 * time.Second
)

// tooLong tells a client whose question took too long that a narrower one will not.
func tooLong(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return &refuse{http.StatusServiceUnavailable, "ERROR: the search took too long, ask for less\n"}
	}
	return err
}
