package sqlite

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
)

// BenchmarkLedger raises alerts as fast as they are kept: none is lost, because the loop waits for one subscriber to see
// what it raised a while ago.
func BenchmarkLedger(b *testing.B) {
	s, _, err := Open(context.Background(), Options{Path: filepath.Join(b.TempDir(), "alerts.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	const ahead = 4096
	l := alert.New(alert.Options{Backlog: 50, Store: s})
	sub := l.Subscribe(4 * ahead)
	defer sub.Close()
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- l.Run(ctx) }()
	raised, shown := 0, 0
	see := func() {
		if e := <-sub.Events(); e.Alert != nil {
			shown++
		}
	}
	for b.Loop() {
		l.OneShot("DEAUTHFLOOD", tocsin.Denial, tocsin.Medium, "Deauthentication flood of a network")
		for raised++; raised-shown > ahead; {
			see()
		}
	}
	for shown < raised {
		see()
	}
	b.ReportMetric(float64(raised)/b.Elapsed().Seconds(), "alerts/s")
	stop()
	if err := <-done; err != nil || l.Keeping().Lost > 0 || sub.Lost() > 0 {
		b.Errorf("%v, %+v, %d events lost", err, l.Keeping(), sub.Lost())
	}
}
