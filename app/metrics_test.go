package app

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
)

func TestMetricsTellWhatTheServerCounts(t *testing.T) {
	open := make(chan struct{})
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true,
		Sources: []capture.Source{demoSource(t, open), demoSource(t, open)}})
	if code, body := get(t, s, "/metrics", "", ""); code != 401 || strings.Contains(body, "tocsin_") {
		t.Errorf("without a login: status %d, %s", code, body)
	}
	close(open)
	packets := len(packetsOf(t, demoFile))
	for s.roster.all()[0].counts().Packets+s.roster.all()[1].counts().Packets < uint64(2*packets) || s.describe().Sources[1].State != "ended" || s.describe().Sources[0].State != "ended" {
		time.Sleep(time.Millisecond)
	}
	code, body := get(t, s, "/metrics", "admin", "secret word")
	if code != 200 {
		t.Fatalf("status %d, %s", code, body)
	}
	for _, want := range []string{
		fmt.Sprintf(`tocsin_source_packets_total{number="2",source="demo"} %d`, packets),
		`tocsin_source_up{number="1",source="demo"} 0`,
		fmt.Sprintf(`tocsin_sensor_frames_total{number="1",sensor="demo",source="demo"} %d`, packets),
		`tocsin_detector_failed{detector="DEAUTHFLOOD"} 0`,
		"\ngo_goroutines ", "\nprocess_open_fds ",
	} {
		if !strings.Contains(body, want+"\n") && !(strings.HasPrefix(want, "\n") && strings.Contains(body, want)) {
			t.Errorf("no line %q in\n%s", want, regexp.MustCompile(`(?m)^#.*\n|^go_.*\n|^process_.*\n`).ReplaceAllString(body, ""))
		}
	}
	alerts := 0
	for _, a := range s.ledger.Alerts() {
		if a.Header == "DEAUTHFLOOD" {
			alerts++
		}
	}
	if line := fmt.Sprintf(`tocsin_alerts_total{alert="DEAUTHFLOOD",class="DENIAL",severity="MEDIUM"} %d`, alerts); alerts == 0 || !strings.Contains(body, line+"\n") {
		t.Errorf("no line %q among %q", line, regexp.MustCompile(`tocsin_alerts_total{alert="DEAUTHFLOOD.*`).FindAllString(body, -1))
	}
	problems, err := testutil.CollectAndLint(gauges{s})
	if err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	page, err := os.ReadFile(filepath.Join("..", "docs", "metrics.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (tocsin_\S+)`).FindAllStringSubmatch(body, -1) {
		if !strings.Contains(string(page), "`"+m[1]+"`") {
			t.Errorf("docs/metrics.md does not name %s", m[1])
		}
	}
}
