package v1_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync/atomic"
	"testing"
)

func BenchmarkAlerts(b *testing.B) {
	s := serve(b)
	for i := range 50 {
		s.found(&deauthflood, byte(i), `20 deauthentications in 1s keep the clients of "CorpNet" off`)
	}
	for name, path := range map[string]string{"page of 50": "/alerts", "one": "/alerts/" + s.ledger.Alerts()[0].ID.String(), "none of 50": "/alerts?text=nothing"} {
		b.Run(name, func(b *testing.B) {
			r := s.request(ask{path: "/api/v1" + path, as: "reader"})
			b.ReportAllocs()
			for b.Loop() {
				w := httptest.NewRecorder()
				if s.ServeHTTP(w, r); w.Code != 200 {
					b.Fatal(w.Body)
				}
			}
		})
	}
}

// counter is a reader that takes all at once.
type counter struct {
	header http.Header
	writes *atomic.Int64
}

func (c counter) Header() http.Header         { return c.header }
func (c counter) WriteHeader(int)             {}
func (c counter) Flush()                      {}
func (c counter) Write(b []byte) (int, error) { c.writes.Add(1); return len(b), nil }

// BenchmarkStreams raises alerts while 256 streams are read; it measures what the ledger's side waits, which is not to
// depend on them.
func BenchmarkStreams(b *testing.B) {
	s := serve(b)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{}, 257)
	go func() { s.Run(ctx); done <- struct{}{} }()
	var writes atomic.Int64
	for range 256 {
		r := s.request(ask{path: "/api/v1/events", as: "reader"}).WithContext(ctx)
		go func() { s.ServeHTTP(counter{http.Header{}, &writes}, r); done <- struct{}{} }()
	}
	for writes.Load() < 256 { // until all have their first line
		runtime.Gosched()
	}
	b.ReportAllocs()
	for b.Loop() {
		s.found(&apspoof, 1, "x")
	}
	b.StopTimer()
	stop()
	for range 257 {
		<-done
	}
	b.ReportMetric(float64(writes.Load()-256)/float64(b.N), "writes/op")
}
