package config

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// kismetLine makes lines of which most are right.
func kismetLine(files []string) *rapid.Generator[string] {
	mac := rapid.SampledFrom([]string{"00:11:22:33:44:55", "AA:BB:CC:00:00:00/FF:FF:FF:00:00:00", "00-11-22-33-44-66"})
	word := rapid.StringMatching(`[a-zA-Z0-9.,:#'"%\\ äß☃{}-]{1,12}`)
	name := rapid.SampledFrom([]string{"DEAUTHFLOOD", "karmaoui", "Own.Alert", "A B"})
	return rapid.Custom(func(t *rapid.T) string {
		sign := rapid.SampledFrom([]string{"=", "+=", " = "}).Draw(t, "sign")
		draw := func(g *rapid.Generator[string]) string { return g.Draw(t, "value") }
		line := func(name, value string) string { return name + sign + value }
		switch rapid.IntRange(0, 14).Draw(t, "kind") {
		case 0:
			return line("alert", fmt.Sprintf("%s,%d/min,1/sec", draw(name), rapid.IntRange(0, 99).Draw(t, "n")))
		case 1:
			return line("apspoof", fmt.Sprintf(`%s:ssid="%s",validmacs="%s"`, draw(rapid.StringMatching(`[a-z ä"]{0,5}`)), draw(rapid.StringMatching(`[a-z.\\ ä]{1,6}`)), draw(mac)))
		case 2:
			return line("ssidcanary", fmt.Sprintf(`%s:ssid=%s`, draw(rapid.StringMatching(`[a-z#]{1,5}`)), draw(rapid.StringMatching(`[a-z|]{1,6}`))))
		case 3:
			return line(rapid.SampledFrom([]string{"devicefound", "devicelost"}).Draw(t, "list"), draw(mac))
		case 4:
			return line(rapid.SampledFrom([]string{"devicefound_timeout", "devicelost_timeout"}).Draw(t, "which"), "90")
		case 5:
			return line("load_alert", fmt.Sprintf("%s:%s", draw(rapid.StringMatching(`[a-zA-Z]{1,5}`)), draw(word)))
		case 6:
			return line(rapid.SampledFrom([]string{"server_name", "Server_Description", "server_location", "log_title"}).Draw(t, "which"), draw(word))
		case 7:
			return line("source", draw(rapid.SampledFrom([]string{"a.pcap", "/x/b.pcapng:name=ä b,realtime=true", "wlan0:name=x"})))
		case 8:
			return line("httpd_port", draw(rapid.SampledFrom([]string{"2501", "80"})))
		case 9:
			return line("httpd_bind_address", draw(rapid.SampledFrom([]string{"::1", "10.0.0.1", "host.example"})))
		case 10:
			return line("httpd_auth_file", draw(rapid.SampledFrom([]string{"/a/b.conf", "%E/user file.conf", "x"})))
		case 11:
			return line("log_types", draw(rapid.SampledFrom([]string{"kismet", "pcapng,kismet", "pcapng"})))
		case 12:
			return line(rapid.SampledFrom([]string{"packet_backlog_limit", "packet_backlog_warning", "packet_log_warning"}).Draw(t, "which"), draw(rapid.SampledFrom([]string{"0", "1", "5000"})))
		case 13:
			return line(rapid.SampledFrom([]string{"enable_logging", "kis_log_packets", "httpd_allow_cors", "what"}).Draw(t, "which"), draw(rapid.SampledFrom([]string{"true", "F", "no"})))
		}
		return rapid.SampledFrom([]string{"include", "opt_include", "opt_override"}).Draw(t, "which") + "=" + rapid.SampledFrom(files).Draw(t, "file")
	})
}

// TestImportSaysTheSame makes folders and holds that the file made of one, read alone, is the same configuration.
func TestImportSaysTheSame(t *testing.T) {
	top := t.TempDir()
	tried, good := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		dir, err := os.MkdirTemp(top, "*")
		if err != nil {
			t.Fatal(err)
		}
		defer os.RemoveAll(dir)
		names := []string{kismetMain, kismetAlerts, "kismet_site.conf", "part.conf"}
		for i, name := range names {
			later := append([]string{"*.none"}, names[i+1:]...) // no cycles
			text := strings.Join(rapid.SliceOfN(kismetLine(later), 0, 8).Draw(t, name), rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(t, "end"))
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		tried++
		d, want, err := readKismet(dir)
		if err != nil {
			return
		}
		good++
		_, got, err := parse(string(d.Import()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, d.Import())
		}
		if diff := cmp.Diff(want, got, patterns); diff != "" {
			t.Fatalf("%s\nin\n%s", diff, d.Import())
		}
	})
	if good*4 < tried {
		t.Errorf("only %d of %d folders could be read: the test sees too little", good, tried)
	}
}

func TestImportNamesWhatItLeavesOut(t *testing.T) {
	d, _, err := readKismet(kismetFolder(t, map[string]string{kismetMain: "server_name=a # b\ngps_reconnect=true\nsource=rtl:type=rtl433\n"}))
	if err != nil {
		t.Fatal(err)
	}
	want := `server:
  name: "a # b" # kismet.conf:1

# Not taken over:
# kismet.conf:2: gps_reconnect is not used: receivers of positions have no such option here
# kismet.conf:3: the source rtl is not taken over: captures (type=pcapfile) and radios (type=linuxwifi) are
`
	if diff := cmp.Diff(want, string(d.Import())); diff != "" {
		t.Error(diff)
	}
}

// leavesFolder reports whether text may name files outside the folder, which a fuzzer must not read.
func leavesFolder(text string) bool {
	inside := strings.ReplaceAll(text, "%E/", "")
	names := strings.Contains(strings.ToLower(text), "include") || strings.Contains(strings.ToLower(text), "override")
	return names && (strings.ContainsAny(inside, "/~") || strings.Contains(inside, "%h") || strings.Contains(inside, ".."))
}

// FuzzKismet takes a main file, one that it may include as a, and an override.
func FuzzKismet(f *testing.F) {
	f.Add("alert=A,5/min,1/sec\napspoof=A:ssid=\"x,y\",validmacs=\"00:11:22:33:44:55/ff:ff:ff:00:00:00\"\n", "", "")
	f.Add("include=a\nopt_override=o\nssidcanary=B:ssid=\"[a-z]+\"\r\n", "alertbacklog=1", "alert=A,1/min,1/sec\nssidcanary+=C:ssid=x\n")
	f.Add("opt_include=%E/*\nlog_template=%p%n%\nsource=a.pcap:name=\"x\"y,realtime=true", "include=a", "opt_override=o\nhttpd_username=a\n")
	f.Add("load_alert=A:\"\\\x7f\u0085\ndevicefound=001122334455\nlog_types=kismet", "httpd_bind_address=fe80::1%eth0\nhttpd_allowed_origin=http://[::1]:1", "")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, main, included, override string) {
		for name, text := range map[string]string{kismetMain: main, "a": included, "o": override} {
			if len(text) > 2048 || leavesFolder(text) {
				return
			}
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		d, want, err := readKismet(dir)
		for _, told := range append(d.Notes(), fmt.Sprint(err)) {
			if strings.TrimSpace(told) == "" || strings.ContainsAny(told, "\r\x1b\x00\u0085\u202e") {
				t.Errorf("told as %q", told)
			}
		}
		if err != nil {
			return
		}
		for _, n := range want.Policy.Networks {
			if len(n.Allowed) == 0 {
				t.Errorf("rule %s allows nobody", n.Name)
			}
		}
		_, got, err := parse(string(d.Import()))
		if err != nil {
			t.Fatalf("%v in\n%s", err, d.Import())
		}
		if diff := cmp.Diff(want, got, patterns); diff != "" {
			t.Errorf("%s\nin\n%s", diff, d.Import())
		}
	})
}
