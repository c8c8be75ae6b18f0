package config

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

const whole = `
server:
  listen: 127.0.0.1:2501
  data: /var/lib/tocsin
  name: attic
  description: sensor above the garage
  location: north wing
  sources: [roof.pcapng, "yard.pcapng:realtime=true"]
  tls: {cert: /etc/tocsin/cert.pem, key: /etc/tocsin/key.pem}
  cors: {allow: true, origin: "https://dash.example.com"}
  uri_prefix: /tocsin
  queue: {limit: 4000, warning: 300}
  remote: {enabled: true, listen: 127.0.0.1:3502, keep_time: true}
  kismet_login: /root/.kismet/kismet_httpd.conf
  kismet_tokens: /root/.kismet/session.db
store:
  path: /var/lib/tocsin/alerts.db
  retention: 90d
logs:
  kismetdb: {enabled: true, file: "/var/log/tocsin-%D-%t-%i.%l", alerts: false, messages: false, packets: false, system: false}
  pcapng: {enabled: true, file: "/var/log/%D-%i.pcapng", file_mb: 10, file_age: 5m, total_mb: 50, frames: headers, only: ["00:1d:0f:10:00:00/ff:ff:ff:ff:ff:00"], exclude: ["00:1d:0f:10:00:01"]}
gps: ["gpsd:host=localhost", "virtual:lat=47.25,lon=8.5"]
alerts:
  backlog: 200
  quiet: 10m
  throttle:
    deauthflood: 20/min,5/sec
  at_start:
    - {header: maintenance, text: the roof sensor is off}
detectors:
  DEAUTHFLOOD:
    limits: {frames: 20, window: 2s}
  karmaoui:
    enabled: false
policy:
  networks:
    - {name: Corp, ssid: CorpNet, macs: ["00:1d:0f:10:00:00/ff:ff:ff:ff:ff:00"], channels: [36, 1, 233], security: [wpa3-sae, WPA2-PSK]}
  canaries:
    - {ssid_regexp: "^corp-.*-canary$"}
  devices:
    - {name: van, mac: "00:11:22:33:44:55", found: true, lost: true, timeout: 5m, severity: critical}
`

var headers = []string{"DEAUTHFLOOD", "KARMAOUI"}

// patterns compares SSID patterns by what they say.
var patterns = cmp.Comparer(func(a, b tocsin.SSIDPattern) bool {
	return a.String() == b.String() && a.IsRegexp() == b.IsRegexp()
})

func parse(text string) (*Draft, Config, error) {
	d := NewDraft()
	d.add("tocsin.yaml", []byte(text))
	c, err := d.Result(headers)
	return d, c, err
}

func TestEveryKeyIsRead(t *testing.T) {
	_, c, err := parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Server: Server{
			Listen: "127.0.0.1:2501", Data: "/var/lib/tocsin", Name: "attic", Description: "sensor above the garage", Location: "north wing",
			Sources: []string{"roof.pcapng", "yard.pcapng:realtime=true"},
			TLS:     TLS{Cert: "/etc/tocsin/cert.pem", Key: "/etc/tocsin/key.pem"},
			CORS:    CORS{Allow: true, Origin: "https://dash.example.com"}, URIPrefix: "/tocsin", KismetLogin: "/root/.kismet/kismet_httpd.conf",
			KismetTokens: "/root/.kismet/session.db", Queue: Queue{4000, 300}, Remote: Remote{true, "127.0.0.1:3502", true},
		},
		Store: Store{Path: "/var/lib/tocsin/alerts.db", Retention: 90 * 24 * time.Hour},
		Logs: Logs{
			KismetDB: KismetDB{Enabled: true, File: "/var/log/tocsin-%D-%t-%i.%l"},
			PcapNG: PcapNG{
				Enabled: true, File: "/var/log/%D-%i.pcapng", FileMB: 10, FileAge: 5 * time.Minute, TotalMB: 50, Frames: "headers",
				Only:    []tocsin.MACMask{{Addr: dot11.Addr{0, 0x1d, 0x0f, 0x10}, Mask: dot11.Addr{0xff, 0xff, 0xff, 0xff, 0xff}}},
				Exclude: []tocsin.MACMask{{Addr: dot11.Addr{0, 0x1d, 0x0f, 0x10, 0, 1}, Mask: dot11.Broadcast}},
			},
		},
		GPS: []string{"gpsd:host=localhost", "virtual:lat=47.25,lon=8.5"},
		Alerts: Alerts{
			Backlog: 200, Quiet: 10 * time.Minute, AtStart: []StartAlert{{"MAINTENANCE", "the roof sensor is off"}},
			Throttles: map[string]tocsin.Throttle{"DEAUTHFLOOD": {Limit: tocsin.Rate{Count: 20, Unit: tocsin.Minute}, Burst: tocsin.Rate{Count: 5, Unit: tocsin.Second}}},
		},
		Detectors: map[string]Detector{"DEAUTHFLOOD": {Limits: map[string]any{"frames": 20, "window": "2s"}}, "KARMAOUI": {Off: true}},
	}
	critical := tocsin.Critical
	devices := []tocsin.DeviceRule{{
		Name: "van", Device: tocsin.MACMask{Addr: dot11.Addr{0, 0x11, 0x22, 0x33, 0x44, 0x55}, Mask: dot11.Broadcast},
		Found: true, Lost: true, Timeout: 5 * time.Minute, Severity: &critical,
	}}
	if d := cmp.Diff(devices, c.Policy.Devices); d != "" {
		t.Error(d)
	}
	n := c.Policy.Networks[0]
	if n.Name != "Corp" || !n.SSID.Match([]byte("CorpNet")) || n.SSID.Match([]byte("CorpNet2")) {
		t.Errorf("network rule: %+v", n)
	}
	if !slices.Equal(n.Channels, []uint8{36, 1, 233}) || n.Access != dot11.AccessWPA2PSK|dot11.AccessWPA3SAE {
		t.Errorf("channels %v and ways %s are not as written", n.Channels, n.Access)
	}
	if !n.Allowed[0].Match(dot11.Addr{0, 0x1d, 0x0f, 0x10, 0, 9}) || n.Allowed[0].Match(dot11.Addr{0, 0x1d, 0x0f, 0x11, 0, 9}) {
		t.Errorf("mask %+v does not match as written", n.Allowed[0])
	}
	if k := c.Policy.Canaries[0]; k.Name != "^corp-.*-canary$" || !k.SSID.Match([]byte("corp-secret-canary")) {
		t.Errorf("canary: %+v", k)
	}
	c.Policy = tocsin.Policy{}
	if d := cmp.Diff(want, c, patterns); d != "" {
		t.Error(d)
	}
}

func TestMistakesNameTheirPlaceAndKey(t *testing.T) {
	for text, want := range map[string]string{
		"servr:\n  listen: x\n":                                                                      "tocsin.yaml:1: servr: there is no such key; here may stand alerts, detectors, gps, logs, notify, policy, server, store",
		"gps:\n  - web\n  - gpsd\n":                                                                  "tocsin.yaml:3: gps[1]: gpsd: host=… is missing, such as host=localhost",
		"gps: ['serial:baud=9600']\n":                                                                "tocsin.yaml:1: gps[0]: serial:baud=9600: device=… is missing, such as device=/dev/ttyUSB0",
		"server:\n  tls: {certificate: x}\n":                                                         "tocsin.yaml:2: server.tls.certificate: there is no such key; here may stand cert, key",
		"server:\n  listen: [1]\n":                                                                   "tocsin.yaml:2: server.listen: here must stand one text",
		"server:\n  listen: 2501\n":                                                                  "tocsin.yaml:2: server.listen: 2501 is not host:port",
		"server: {listen: ':70000'}\n":                                                               "tocsin.yaml:1: server.listen: port 70000",
		"server: {listen: \"a\\r\\nb:1\"}\n":                                                         "server.listen: \"a\\x0d\\x0ab:1\" holds a control character",
		"server: [listen]\n":                                                                         "tocsin.yaml:1: server: here must stand names with values",
		"server:\n  name: a\n  name: b\n":                                                            "name",
		"server:\n  tls: {cert: a.pem}\n":                                                            "tocsin.yaml:2: server.tls: cert and key go together",
		"server:\n  tls: {cert: a, key: b}\n  acme: {domains: [a.example]}\n":                        "tocsin.yaml:3: server.acme: give a certificate",
		"server:\n  acme:\n    domains:\n    - a.example\n    - 'a b'\n":                             "tocsin.yaml:5: server.acme.domains[1]: \"a b\" is no domain name",
		"server:\n  acme: {email: a@b.example}\n":                                                    "server.acme.email: is of no use without domains",
		"server:\n  acme: {domains: [a.example], email: a}\n":                                        "server.acme.email: a is no mail address",
		"server:\n  cors: {allow: perhaps}\n":                                                        "tocsin.yaml:2: server.cors.allow: perhaps is not true or false",
		"server:\n  cors: {origin: 'https://a/path'}\n":                                              "tocsin.yaml:2: server.cors.origin",
		"server:\n  uri_prefix: kismet/\n":                                                           "tocsin.yaml:2: server.uri_prefix: kismet/ is not a path",
		"server:\n  uri_prefix: /a/../b\n":                                                           "server.uri_prefix",
		"server:\n  queue: {limit: 0}\n":                                                             "tocsin.yaml:2: server.queue.limit: 0 is not positive",
		"server: {queue: {limit: 1000001, warning: 2}}\n":                                            "server.queue.limit: 1000001 is more than 1000000",
		"server: {queue: {warning: -1}}\n":                                                           "server.queue.warning: -1 is negative",
		"store: {retention: -5m}\n":                                                                  "store.retention: -5m0s is negative",
		"store: {retention: 5}\n":                                                                    "store.retention: 5 is not a duration such as",
		"logs: {kismetdb: {file: ''}}\n":                                                             "",
		"logs: {kismetdb: {enabled: true, file: ''}}\n":                                              "logs.kismetdb.file: is empty",
		"logs: {pcapng: {file: 'a%d'}}\n":                                                            "logs.pcapng.file: needs %i",
		"logs: {pcapng: {file: '%i%Q'}}\n":                                                           "logs.pcapng.file: after % may stand",
		"logs: {pcapng: {file_mb: 0}}\n":                                                             "logs.pcapng.file_mb: 0 is not from 1",
		"logs: {pcapng: {file_age: 3ms}}\n":                                                          "logs.pcapng.file_age: 3ms is less",
		"logs: {pcapng: {file_mb: 50, total_mb: 99}}\n":                                              "logs.pcapng.total_mb: 99 is neither 0",
		"logs: {pcapng: {total_mb: 0, frames: some}}\n":                                              "logs.pcapng.frames: some is none of all, headers, management",
		"logs: {pcapng: {only: ['00:11']}}\n":                                                        "logs.pcapng.only",
		"logs: {kismetdb: {file: 'a%Z'}}\n":                                                          "logs.kismetdb.file: after % may stand",
		"alerts:\n  quiet: soon\n":                                                                   "tocsin.yaml:2: alerts.quiet",
		"alerts:\n  backlog: -3\n":                                                                   "tocsin.yaml:2: alerts.backlog: -3 is negative",
		"alerts:\n  throttle: {A: 5/min}\n":                                                          "tocsin.yaml:2: alerts.throttle.A",
		"alerts:\n  at_start: [{header: 'a b', text: x}]\n":                                          "tocsin.yaml:2: alerts.at_start[0]: header",
		"alerts:\n  at_start: [{header: A}]\n":                                                       "tocsin.yaml:2: alerts.at_start[0]: text",
		"detectors:\n  NOSUCH: {enabled: false}\n":                                                   "tocsin.yaml:2: detectors.NOSUCH: no such detector",
		"detectors:\n  KARMAOUI: {limits: {a: .nan}}\n":                                              "detectors.KARMAOUI.limits.a: .nan is not a number",
		"policy:\n  networks:\n  - {name: A, ssid: x}\n":                                             "tocsin.yaml:3: policy.networks[0]: A: the list of MAC addresses is empty",
		"policy:\n  networks:\n  - {ssid: x, macs: [nonsense]}\n":                                    "nonsense",
		"policy:\n  canaries:\n  - {name: B, ssid_regexp: '('}\n":                                    "tocsin.yaml:3: policy.canaries[0]: B",
		"policy:\n  canaries:\n  - {name: B}\n":                                                      "ssid or ssid_regexp is missing",
		"policy:\n  devices:\n  - {mac: '00:11:22:33:44:55', lost: true, timeout: 0s}\n":             "tocsin.yaml:3: policy.devices[0].timeout: 0s is not positive",
		"policy:\n  devices:\n  - {mac: '00:11:22:33:44:55'}\n":                                      "tocsin.yaml:3: policy.devices[0]: found or lost must be true",
		"policy:\n  devices:\n  - {found: true, severity: bad}\n":                                    "policy.devices[0]: mac is missing; severity bad is not one of",
		"policy:\n  devices:\n  - {mac: '00:11:22:33:44:55/zz', found: true, name: \"a\\u202eb\"}\n": "\"a\\u{202e}b\"",
		"{":                 "at L2",
		"a: 1\n---\nb: 2\n": "document",
	} {
		_, _, err := parse(text)
		if want == "" && err == nil {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v, want one line with %q", text, err, want)
		}
	}
}

func TestAllMistakesAreToldAtOnce(t *testing.T) {
	_, _, err := parse("server:\n  lisen: x\n  cors: {allow: 3}\nalerts:\n  backlog: -1\n  throttle: {A: 5/min}\npolicy:\n  devices:\n  - {}\n")
	for _, want := range []string{"server.lisen", "server.cors.allow", "alerts.backlog", "alerts.throttle.A", "policy.devices[0]"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
	if n := strings.Count(err.Error(), "\n") + 1; n != 5 {
		t.Errorf("%d lines for five mistakes: %v", n, err)
	}
}

func TestAliasesAreFollowedAndBounded(t *testing.T) {
	_, c, err := parse("server:\n  name: &n attic\n  location: *n\n")
	if err != nil || c.Server.Location != "attic" {
		t.Errorf("got %q, %v, want what the anchor says", c.Server.Location, err)
	}
	macs := strings.Repeat(`"00:11:22:33:44:55",`, 1000)
	rule := "{ssid: x, macs: &m [" + macs + "]}"
	_, _, err = parse("policy:\n  networks:\n  - " + rule + strings.Repeat("\n  - {ssid: x, macs: *m}", 1000) + "\n")
	if err == nil || !strings.Contains(err.Error(), "the file says too much") {
		t.Errorf("a million values from aliases: error %v", err)
	}
}

func TestDeepFilesAreRefusedAndNotWalked(t *testing.T) {
	for _, text := range []string{strings.Repeat("[", 500_000), strings.Repeat("{a: ", 200_000), "a: " + strings.Repeat("- ", 300_000)} {
		if _, _, err := parse(text); err == nil {
			t.Errorf("%.10s… is no mistake", text)
		}
	}
	large := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("#", maxFile+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	d := NewDraft()
	d.Read(large)
	if _, err := d.Result(headers); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("a file above the bound: %v", err)
	}
}

func TestUnknownDetectorsAndSillyNumbersAreRefused(t *testing.T) {
	c := Default()
	c.Detectors = map[string]Detector{"NOSUCH": {}}
	c.Alerts = Alerts{Backlog: -1}
	c.Policy.Devices = []tocsin.DeviceRule{{}}
	err := c.Validate([]string{"DEAUTHFLOOD"})
	for _, want := range []string{"detectors.NOSUCH", "alerts.backlog", "alerts.quiet", "policy.devices[0]"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

func TestLaterFilesCount(t *testing.T) {
	d := NewDraft()
	d.add("a.yaml", []byte("server: {name: a, sources: [one]}\nalerts: {throttle: {A: '1/min,1/sec', B: '1/min,1/sec'}}\n"))
	d.add("b.yaml", []byte("server: {name: b, sources: [two]}\nalerts: {throttle: {a: '2/min,1/sec'}}\n"))
	c, err := d.Result(headers)
	if err != nil {
		t.Fatal(err)
	}
	if c.Server.Name != "b" || !slices.Equal(c.Server.Sources, []string{"one", "two"}) || c.Alerts.Throttles["A"].Limit.Count != 2 || c.Alerts.Throttles["B"].Limit.Count != 1 {
		t.Errorf("got %+v %+v", c.Server, c.Alerts.Throttles)
	}
	text := string(d.Effective())
	for _, want := range []string{`name: "b" # b.yaml:1`, `- "one" # a.yaml:1`, `- "two" # b.yaml:1`, `A: 2/min,1/sec # b.yaml:2`, `B: 1/min,1/sec # a.yaml:2`, "backlog: 50 # default"} {
		if !strings.Contains(text, want) {
			t.Errorf("no line %q in\n%s", want, text)
		}
	}
}

// TestRatesOfUnknownAlertsAreSaid keeps a misspelt name from going unseen.
func TestRatesOfUnknownAlertsAreSaid(t *testing.T) {
	d, _, err := parse(whole)
	if err != nil {
		t.Fatal(err)
	}
	if notes := d.Notes(); len(notes) != 0 {
		t.Errorf("notes on what is used: %q", notes)
	}
	if got := d.Unraised([]string{"KARMAOUI"}); len(got) != 1 || !strings.Contains(got[0], "DEAUTHFLOOD") {
		t.Errorf("unraised: %q", got)
	}
}

// TestEffectiveIsReadAsTheSame holds that what is printed is the whole, and that printing and reading know the same keys.
func TestEffectiveIsReadAsTheSame(t *testing.T) {
	acme := strings.Replace(whole, "tls: {cert: /etc/tocsin/cert.pem, key: /etc/tocsin/key.pem}", "acme: {domains: [a.example, b.example], email: a@b.example}", 1)
	for _, text := range []string{"", whole, acme} {
		d, c, err := parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, again, err := parse(string(d.Effective()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, d.Effective())
		}
		if diff := cmp.Diff(c, again, patterns); diff != "" {
			t.Errorf("%s\nin\n%s", diff, d.Effective())
		}
		if text != "" && strings.Count(string(d.Effective()), "default") > 12 {
			t.Errorf("too many defaults: is an origin lost?\n%s", d.Effective())
		}
	}
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("server: {name: &a x, location: *a}\ndetectors: {KARMAOUI: {limits: {a: 1.5, b: 0x10, c: true, 'd.e': 2001-01-01}}}\n"))
	f.Add([]byte("alerts: {throttle: {\"a.b\\u202e\": '1/min,1/sec'}}\npolicy: {canaries: [{ssid: \"a\\0\\x7f\\e\"}]}\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 4096 {
			return
		}
		d, c, err := parse(string(b))
		if err != nil {
			for line := range strings.SplitSeq(err.Error(), "\n") {
				if strings.TrimSpace(line) == "" || strings.ContainsAny(line, "\r\x1b\x00") {
					t.Errorf("a mistake is told as %q", line)
				}
			}
			return
		}
		_, again, err := parse(string(d.Effective()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, d.Effective())
		}
		if diff := cmp.Diff(c, again, patterns); diff != "" {
			t.Errorf("%s\nin\n%s", diff, d.Effective())
		}
	})
}

// manual returns the page on configuration.
func manual(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(filepath.Join("..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// blocks returns what stands in the fenced blocks of a kind.
func blocks(page, kind string) []string {
	var list []string
	for _, after := range strings.Split(page, "```"+kind+"\n")[1:] {
		block, _, _ := strings.Cut(after, "```")
		list = append(list, block)
	}
	return list
}

// TestManualShowsEveryKey reads the YAML of the manual's page; its first block is said to be the whole.
func TestManualShowsEveryKey(t *testing.T) {
	list := blocks(manual(t), "yaml")
	if len(list) < 2 {
		t.Fatalf("the page has %d YAML examples, want the whole and the imported one", len(list))
	}
	for i, block := range list {
		d := NewDraft()
		d.add("tocsin.yaml", []byte(block))
		if _, err := d.Result([]string{"DEAUTHFLOOD", "KARMAOUI", "NOCLIENTMFP"}); err != nil {
			t.Errorf("an example does not load: %v", err)
		}
		if i > 0 {
			continue
		}
		for line := range strings.Lines(string(d.Effective())) {
			key := strings.TrimSpace(line)
			if strings.Contains(line, "# default") && !strings.HasPrefix(key, "domains:") && !strings.HasPrefix(key, "email:") && !strings.HasPrefix(key, "enabled:") {
				t.Errorf("the page does not set %s", key)
			}
		}
	}
}

// TestManualImportIsAsPrinted makes the folder that the page shows and compares what is made of it.
func TestManualImportIsAsPrinted(t *testing.T) {
	page := manual(t)
	folders := blocks(page, "conf")
	if len(folders) != 1 {
		t.Fatalf("the page has %d Kismet examples, want one", len(folders))
	}
	d, _, err := readKismet(kismetFolder(t, map[string]string{kismetMain: folders[0]}))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(blocks(page, "yaml")[1], string(d.Import())); diff != "" {
		t.Errorf("the page shows what is not made (-page +made):\n%s", diff)
	}
}
