package kismet_test

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/sqlite"
	"github.com/tocsin-wids/tocsin/store/storetest"
)

var storeSize = flag.Int("store-size", 5000, "alerts in the store of BenchmarkHistory")

// BenchmarkHistory fills a store in a temporary folder and asks it what clients ask. The first results are the rate of
// filling, in batches of 500.
func BenchmarkHistory(b *testing.B) {
	s, _, err := sqlite.Open(context.Background(), sqlite.Options{Path: filepath.Join(b.TempDir(), "alerts.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	list := storetest.Alerts(*storeSize)
	from := time.Now()
	for batch := range slices.Chunk(list, 500) {
		if err := s.Put(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("%d alerts kept at %.0f/s", len(list), float64(len(list))/time.Since(from).Seconds())
	now := func() time.Time { return list[len(list)-1].Time.Add(time.Second) }
	kept, err := store.Newest(context.Background(), s, 50)
	if err != nil {
		b.Fatal(err)
	}
	l := alert.New(alert.Options{Backlog: 50, Now: now, Kept: kept})
	k, err := auth.Open(auth.Options{User: "admin", Password: "se&c+ret", Now: now})
	if err != nil {
		b.Fatal(err)
	}
	token, err := k.Generate("load", "readonly", 0)
	if err != nil {
		b.Fatal(err)
	}
	h := server{kismet.New(kismet.Options{Ledger: l, History: s, Auth: k, Now: now}), l, k}
	at := func(a *tocsin.Alert) string { return fmt.Sprintf("%.6f", alert.Seconds(a.Time)) }
	const fields = `{"fields":["kismet.alert.header","kismet.alert.text","kismet.alert.timestamp","kismet.alert.hash","kismet.alert.severity","kismet.alert.source_mac"]}`
	const view = "/alerts/alerts_view.json?page=0&length=50"
	for _, c := range []struct{ name, path string }{
		{"last-time of the backlog", "/alerts/last-time/" + at(list[len(list)-20]) + "/alerts.json"},
		{"last-time of the last 500", "/alerts/last-time/" + at(list[len(list)-501]) + "/alerts.json"},
		{"last-time of everything", "/alerts/last-time/1/alerts.json"},
		{"wrapped of everything", "/alerts/wrapped/last-time/1/alerts.json"},
		{"by-id of the oldest", "/alerts/by-id/1/alert.json"},
		{"view oldest first", view},
		{"view newest first", view + "&sort=kismet.alert.timestamp&sort_dir=desc"},
		{"view by severity", view + "&sort=kismet.alert.severity&sort_dir=desc"},
		{"view by header", view + "&sort=kismet.alert.header&sort_dir=asc"},
		// What walks through the whole store.
		{"view searched", view + "&search=number%2077"},
		{"view by text", view + "&sort=kismet.alert.text"},
		{"view last page", fmt.Sprint("/alerts/alerts_view.json?length=50&page=", *storeSize/50-1)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var slowest time.Duration
			for b.Loop() {
				from := time.Now()
				if w := h.do(ask{method: "POST", path: c.path, auth: token, media: jsonType, body: fields}); w.Code != 200 || w.Body.Len() < 100 {
					b.Fatalf("status %d: %.200s", w.Code, w.Body)
				}
				slowest = max(slowest, time.Since(from))
			}
			b.ReportMetric(float64(slowest.Microseconds())/1000, "ms-slowest")
		})
	}
}
