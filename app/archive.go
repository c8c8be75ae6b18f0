package app

import (
	"context"
	"time"

	"github.com/tocsin-wids/tocsin"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
	"github.com/tocsin-wids/tocsin/store"
)

// archive is what our own interface reads when alerts are kept: all of them, whether or not they are in the backlog.
type archive struct{ store.Store }

const (
	archiveStep = 500     // alerts read at once
	archiveWalk = 100_000 // alerts that one question may look through; then the client asks on
)

// Page looks through the alerts from the newest that q allows.
func (a archive) Page(ctx context.Context, q v1.Query) (found v1.Found, err error) {
	until := q.To
	if until.IsZero() {
		until = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if q.Before != nil && q.Before.Time.Before(until) {
		until = q.Before.Time
	}
	for seen := 0; ; seen += archiveStep {
		list, err := a.Store.Before(ctx, until, archiveStep)
		if err != nil {
			return found, err
		}
		for _, one := range list {
			if one.Time.Before(q.From) {
				return found, nil
			}
			if !q.Matches(one) {
				continue
			}
			if n := len(found.Alerts); n == q.Limit {
				found.Next = place(found.Alerts[n-1])
				return found, nil
			}
			found.Alerts = append(found.Alerts, one)
		}
		if len(list) < archiveStep {
			return found, nil
		}
		last := list[len(list)-1]
		if until = last.Time; seen+archiveStep >= archiveWalk {
			found.Next = place(last)
			return found, nil
		}
	}
}

func place(a *tocsin.Alert) *v1.Position {
	p := v1.PositionOf(a)
	return &p
}

// records is what our own interface reads alerts from.
func (s *Server) records() v1.Records {
	if s.store == nil {
		return v1.Backlog(s.ledger)
	}
	return archive{s.store}
}
