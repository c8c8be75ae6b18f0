package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
)

const notifications = `
notify:
  link: https://wids.example.com
  receivers:
    phone: {kind: ntfy, to: alarms, token: "file:/etc/tocsin/ntfy"}
    desk: {kind: mail, server: mail.example.com, tls: tls, user: wids, password: "env:PW", from: wids@example.com, to: [a@example.com, b@example.com]}
    soc: {kind: webhook, url: "https://soc.example.com/in", secret: "env:KEY"}
  routes:
    - receivers: [phone, soc]
      severity: high
      confidence: 60
      classes: [denial, SPOOF]
      alerts: ["DEAUTH*", KRACK]
      subjects: ["00:1D:*"]
      sensors: [roof]
      sites: [home]
      group_by: [network, class]
      wait: 1m
      interval: 1h
      repeat: 1d
      resolved: false
      urgent: high
      quiet_hours: {from: "22:30", to: "07:00", days: [fri, sat], zone: Europe/Berlin}
    - receivers: [desk]
`

func TestNotificationsAreReadAndPrintedTheSame(t *testing.T) {
	d, c, err := parse(notifications)
	if err != nil {
		t.Fatal(err)
	}
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	rest := defaultRoute()
	rest.Receivers = []string{"desk"}
	want := Notify{
		Link: "https://wids.example.com",
		Receivers: map[string]Receiver{
			"phone": {Kind: "ntfy", To: []string{"alarms"}, Token: "file:/etc/tocsin/ntfy"},
			"desk": {Kind: "mail", Server: "mail.example.com", TLS: "tls", User: "wids", Password: "env:PW", From: "wids@example.com",
				To: []string{"a@example.com", "b@example.com"}},
			"soc": {Kind: "webhook", URL: "https://soc.example.com/in", Secret: "env:KEY"},
		},
		Routes: []notify.Route{{
			Receivers: []string{"phone", "soc"}, By: []notify.Label{notify.ByNetwork, notify.ByClass}, Wait: time.Minute, Interval: time.Hour,
			Repeat: 24 * time.Hour, Urgent: tocsin.High,
			Match: notify.Match{
				Severity: tocsin.High, Confidence: 60, Classes: []tocsin.Class{tocsin.Denial, tocsin.Spoof}, Headers: []string{"DEAUTH*", "KRACK"},
				Subjects: []string{"00:1D:*"}, Sensors: []string{"roof"}, Sites: []string{"home"},
			},
			Rest: &notify.Rest{From: 22*time.Hour + 30*time.Minute, To: 7 * time.Hour, Days: []time.Weekday{time.Friday, time.Saturday}, Zone: berlin},
		}, rest},
	}
	zones := cmp.Comparer(func(a, b *time.Location) bool { return a.String() == b.String() })
	if diff := cmp.Diff(want, c.Notify, zones); diff != "" {
		t.Errorf("read (-want +got)\n%s", diff)
	}
	_, again, err := parse(string(d.Effective()))
	if diff := cmp.Diff(want, again.Notify, zones); err != nil || diff != "" {
		t.Errorf("printed and read: %v (-want +got)\n%s in\n%s", err, diff, d.Effective())
	}
}

func TestMistakesInNotificationsAreTold(t *testing.T) {
	const head = "notify:\n  receivers: {phone: {kind: ntfy, to: x}}\n  routes:\n    - receivers: [phone]\n      "
	for text, want := range map[string]string{
		head + "severity: bad\n":                          "tocsin.yaml:4: notify.routes[0]: bad is no severity",
		head + "urgent: bad\n":                            "bad is no severity",
		head + "confidence: 101\n":                        "confidence 101 is not from 0 to 100",
		head + "group_by: [colour]\n":                     "group_by colour is none of",
		head + "alerts: ['[']\n":                          "[ is no pattern",
		head + "repeat: 3s\n":                             "repeat is less than a minute",
		head + "wait: -3s\n":                              "wait is negative",
		head + "quiet_hours: {from: late, to: '07:00'}\n": "late is no time of day",
		head + "quiet_hours: {from: '22:00', to: '07:00', days: [never]}\n":                         "never is no day",
		head + "quiet_hours: {from: '22:00', to: '07:00', zone: Mars/Base}\n":                       "Mars/Base is no time zone",
		"notify: {routes: [{severity: high}]}\n":                                                    "a route needs receivers",
		"notify: {routes: [{receivers: [fax]}]}\n":                                                  "there is no receiver fax",
		"notify: {receivers: {phone: {kind: ntfy}}}\n":                                              "notify.receivers.phone: no route tells it anything",
		"notify: {receivers: {phone: {kind: fax}}, routes: [{receivers: [phone]}]}\n":               "fax is no kind of receiver; there are alertmanager,",
		"notify: {receivers: {phone: {kind: ntfy, token: hush}}, routes: [{receivers: [phone]}]}\n": "token must not stand here: write file:PATH or env:NAME",
	} {
		_, _, err := parse(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func TestSecretsAreReadWhereTheyAre(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(path, []byte(" hush \nmore"), 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	if err := os.WriteFile(empty, []byte("\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TOCSIN_TEST_SECRET", "word")
	for s, want := range map[Secret]string{"": "", Secret("file:" + path): "hush", "env:TOCSIN_TEST_SECRET": "word", "https://x": "https://x"} {
		if got, err := s.Read(); err != nil || got != want {
			t.Errorf("%s: %q, %v, want %q", s, got, err, want)
		}
	}
	for s, want := range map[Secret]string{"env:TOCSIN_TEST_NONE": "has no TOCSIN_TEST_NONE", Secret("file:" + empty): "is empty", "file:/nowhere": "read the secret"} {
		if got, err := s.Read(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v, want %q", s, got, err, want)
		}
	}
}
