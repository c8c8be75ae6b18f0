package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-wids/tocsin/dot11"
)

const whole = `
server:
  listen: 127.0.0.1:2501
  name: attic
  sources: [roof.pcapng]
alerts:
  backlog: 200
  quiet: 10m
  throttle:
    deauthflood: 20/min,5/sec
detectors:
  DEAUTHFLOOD:
    limits: {frames: 20}
  karmaoui:
    enabled: false
policy:
  networks:
    - {name: Corp, ssid: CorpNet, macs: ["00:1d:0f:10:00:00/ff:ff:ff:ff:ff:00"]}
  canaries:
    - {ssid_regexp: "^corp-.*-canary$"}
`

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryKeyIsRead(t *testing.T) {
	c := Default()
	if err := c.Read(write(t, "tocsin.yaml", whole)); err != nil {
		t.Fatal(err)
	}
	if err := c.Validate([]string{"DEAUTHFLOOD", "KARMAOUI"}); err != nil {
		t.Error(err)
	}
	want := Server{Listen: "127.0.0.1:2501", Name: "attic", Sources: []string{"roof.pcapng"}}
	if d := cmp.Diff(want, c.Server); d != "" {
		t.Error(d)
	}
	if c.Alerts.Backlog != 200 || c.Alerts.Quiet != 10*time.Minute || c.Alerts.Throttles["DEAUTHFLOOD"].String() != "20/min,5/sec" {
		t.Errorf("alerts: %+v", c.Alerts)
	}
	if !c.Detectors["KARMAOUI"].Off || c.Detectors["DEAUTHFLOOD"].Limits["frames"] != 20 {
		t.Errorf("detectors: %+v", c.Detectors)
	}
	n := c.Policy.Networks[0]
	if n.Name != "Corp" || !n.SSID.Match([]byte("CorpNet")) || n.SSID.Match([]byte("CorpNet2")) {
		t.Errorf("network rule: %+v", n)
	}
	if !n.Allowed[0].Match(dot11.Addr{0, 0x1d, 0x0f, 0x10, 0, 9}) || n.Allowed[0].Match(dot11.Addr{0, 0x1d, 0x0f, 0x11, 0, 9}) {
		t.Errorf("mask %+v does not match as written", n.Allowed[0])
	}
	if k := c.Policy.Canaries[0]; k.Name != "^corp-.*-canary$" || !k.SSID.Match([]byte("corp-secret-canary")) {
		t.Errorf("canary: %+v", k)
	}
}

func TestMistakesNameTheirPlaceAndChangeNothing(t *testing.T) {
	for text, want := range map[string]string{
		"servr:\n  listen: x\n":                                   "line 1",
		"server:\n  listen: [1]\n":                                "line 2",
		"alerts:\n  quiet: soon\n":                                "alerts.quiet",
		"alerts:\n  throttle: {A: 5/min}\n":                       "alerts.throttle.A",
		"policy:\n  networks:\n  - {name: A, ssid: x}\n":          "policy.networks[0] A",
		"policy:\n  networks:\n  - {ssid: x, macs: [nonsense]}\n": "nonsense",
		"policy:\n  canaries:\n  - {name: B, ssid_regexp: '('}\n": "policy.canaries[0] B",
		"policy:\n  canaries:\n  - {name: B}\n":                   "ssid or ssid_regexp is missing",
		"{":                                                       "L2",
	} {
		c := Default()
		c.Server.Name = "before"
		err := c.Read(write(t, "tocsin.yaml", text))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q: error %v, want one line with %q", text, err, want)
		}
		if c.Server.Name != "before" || len(c.Policy.Networks) != 0 || len(c.Alerts.Throttles) != 0 {
			t.Errorf("%q changed the configuration in spite of its error", text)
		}
	}
}

func TestUnknownDetectorsAndSillyNumbersAreRefused(t *testing.T) {
	c := Default()
	c.Detectors = map[string]Detector{"NOSUCH": {}}
	c.Alerts = Alerts{Backlog: -1}
	err := c.Validate([]string{"DEAUTHFLOOD"})
	for _, want := range []string{"detectors.NOSUCH", "alerts.backlog", "alerts.quiet"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v does not name %s", err, want)
		}
	}
}

func kismetFolder(t *testing.T, alerts string) string {
	t.Helper()
	return filepath.Dir(write(t, kismetAlerts, alerts))
}

func TestKismetAlertSettingsAreRead(t *testing.T) {
	dir := kismetFolder(t, strings.Join([]string{
		"# rates", "alert=DEAUTHFLOOD,5/min,2/sec", "Alert += deauthflood,7/min,2/sec\r",
		`apspoof=Corp:ssid="Corp(Net|Guest)",validmacs="00:1d:0f:10:00:01,00:1d:0f:10:00:02"`,
		`ssidcanary=Canary:ssid="CanaryNet"`, "prelude_alerts=false", "alertbacklog=9",
	}, "\n"))
	c := Default()
	ignored, err := c.ReadKismet(dir)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"kismet_alerts.conf line 6: prelude_alerts is not used"}, ignored); d != "" {
		t.Error(d)
	}
	if got := c.Alerts.Throttles["DEAUTHFLOOD"].String(); got != "7/min,2/sec" {
		t.Errorf("throttle %s, want that of the last line", got)
	}
	if c.Alerts.Backlog != 9 {
		t.Errorf("backlog %d, want 9: the last line counts although no line end follows", c.Alerts.Backlog)
	}
	n := c.Policy.Networks[0]
	if n.Name != "Corp" || len(n.Allowed) != 2 || !n.SSID.Match([]byte("xCorpGuestx")) {
		t.Errorf("apspoof: %+v, want an unanchored pattern and two addresses", n)
	}
	if k := c.Policy.Canaries[0]; k.Name != "Canary" || !k.SSID.Match([]byte("CanaryNet")) {
		t.Errorf("ssidcanary: %+v", k)
	}
}

func TestKismetMistakesNameTheirLine(t *testing.T) {
	for _, line := range []string{
		"alert=DEAUTHFLOOD", "alert=DEAUTHFLOOD,,1/sec", "alert=A,5/min,1/hour", "apspoof=nolabel", `apspoof=A:ssid="x"`,
		`apspoof=A:ssid="x",validmacs="zz"`, `apspoof=A:ssid="(?<!x)y",validmacs="00:11:22:33:44:55"`, `ssidcanary=A:ssid="(`,
		`ssidcanary=A:ssid="unclosed`, "alertbacklog=many",
	} {
		c := Default()
		_, err := c.ReadKismet(kismetFolder(t, "\n"+line+"\n"))
		if err == nil || !strings.Contains(err.Error(), "kismet_alerts.conf line 2") {
			t.Errorf("%s: error %v, want one that names line 2", line, err)
		}
	}
	c := Default()
	if _, err := c.ReadKismet(t.TempDir()); err == nil {
		t.Error("a folder without kismet_alerts.conf gave no error")
	}
}

func FuzzKismet(f *testing.F) {
	f.Add([]byte("alert=A,5/min,1/sec\napspoof=A:ssid=\"x,y\",validmacs=\"00:11:22:33:44:55/ff:ff:ff:00:00:00\"\n"))
	f.Add([]byte("ssidcanary=B:ssid=\"[a-z]+\"\r\nalertbacklog=1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c := Default()
		_, err := c.addKismet("f", b)
		if err != nil && strings.TrimSpace(err.Error()) == "" {
			t.Error("an error without words")
		}
		for _, n := range c.Policy.Networks {
			if len(n.Allowed) == 0 {
				t.Errorf("rule %s allows nobody", n.Name)
			}
		}
	})
}

func FuzzYAML(f *testing.F) {
	f.Add([]byte(whole))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 4096 {
			return
		}
		c := Default()
		if c.add(b) == nil && c.Alerts.Throttles == nil {
			t.Error("throttles are gone")
		}
	})
}

// TestManualExamplesAreValid reads every YAML block of the manual's page.
func TestManualExamplesAreValid(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "docs", "configuration.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	for _, after := range strings.Split(string(page), "```yaml\n")[1:] {
		block, _, _ := strings.Cut(after, "```")
		c := Default()
		if err := c.add([]byte(block)); err != nil {
			t.Errorf("an example does not load: %v", err)
		}
		if len(c.Policy.Networks) == 0 || len(c.Detectors) == 0 {
			t.Error("the example sets less than it says")
		}
		blocks++
	}
	if blocks == 0 {
		t.Error("the page has no YAML example")
	}
}
