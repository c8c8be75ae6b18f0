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

// kismetFolder writes files, each "name\ntext", and returns their folder.
func kismetFolder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func readKismet(dir string) (*Draft, Config, error) {
	d := NewDraft()
	d.ReadKismet(dir)
	c, err := d.Result(headers)
	return d, c, err
}

// mustRead reads a folder that has no mistake and checks the notes.
func mustRead(t *testing.T, files map[string]string, notes ...string) Config {
	t.Helper()
	d, c, err := readKismet(kismetFolder(t, files))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(notes, d.notes); diff != "" {
		t.Error(diff)
	}
	return c
}

func TestKismetAlertSettingsAreRead(t *testing.T) {
	c := mustRead(t, map[string]string{kismetAlerts: strings.Join([]string{
		"# rates", "alert=DEAUTHFLOOD,5/min,2/sec", "Alert += deauthflood,7/min,2/sec\r",
		`apspoof=Corp:ssid="Corp(Net|Guest)",validmacs="00:1d:0f:10:00:01,00:1d:0f:10:00:02"`,
		`ssidcanary=Canary:ssid="Canary,Net "`, "prelude_alerts=false", "load_alert=maintenance: the roof: off", "alertbacklog=9",
	}, "\n")}, "kismet_alerts.conf:6: prelude_alerts is not used: Prelude is not fed")
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
	if k := c.Policy.Canaries[0]; k.Name != "Canary" || !k.SSID.Match([]byte("Canary,Net ")) || k.SSID.Match([]byte("Canary,Net")) {
		t.Errorf("ssidcanary: %+v", k)
	}
	if diff := cmp.Diff([]StartAlert{{"MAINTENANCE", "the roof: off"}}, c.Alerts.AtStart); diff != "" {
		t.Error(diff)
	}
}

func TestKismetIncludesAndOverrides(t *testing.T) {
	c := mustRead(t, map[string]string{
		kismetMain: "\xef\xbb\xbfserver_name=main\nopt_override=%E/kismet_site.conf\nINCLUDE = %E/kismet_alerts.conf\ninclude=sub/more.conf\n" +
			"opt_include=%E/parts/*.inc\nopt_include=%E/none/*.conf\nopt_override=%E/absent.conf\nserver_name=second\n",
		kismetAlerts:    "alert=A,1/min,1/sec\nalert=B,1/min,1/sec\nssidcanary=one:ssid=\"one\"\nsource=a.pcap\n",
		"sub/more.conf": "ssidcanary=two:ssid=\"two\"\n",
		"parts/2.inc":   "load_alert=B:second\n",
		"parts/1.inc":   "load_alert=A:first\n",
		"parts/3.inc/x": "a folder, which the pattern means as well\n",
		kismetSite: "server_name=site\nalert=A,9/min,1/sec\nssidcanary+=three:ssid=\"three\"\nsource=b.pcap\nsource+=c.pcap:name=roof,type=pcapfile\n" +
			"server_location+=added\nopt_override=%E/more_site.conf\nopt_override=%E/kismet_site.conf\n",
		"more_site.conf":      "server_description=last",
		"kismet_unnamed.conf": "alertbacklog=1\n",
	},
		"kismet_unnamed.conf: the file is not read: no line that is used names it",
	)
	if c.Server.Name != "site" || c.Server.Location != "added" || c.Server.Description != "last" || c.Alerts.Backlog != 50 {
		t.Errorf("server %+v: want the name of the override, and what an override of the override says", c.Server)
	}
	if a, b := c.Alerts.Throttles["A"].Limit.Count, c.Alerts.Throttles["B"].Limit.Count; a != 9 || b != 1 {
		t.Errorf("rates %d and %d, want 9 and 1: an override of one alert leaves the others alone", a, b)
	}
	var canaries []string
	for _, k := range c.Policy.Canaries {
		canaries = append(canaries, k.Name)
	}
	if !slices.Equal(canaries, []string{"one", "two", "three"}) {
		t.Errorf("canaries %v: += adds to what is there", canaries)
	}
	if !slices.Equal(c.Server.Sources, []string{"b.pcap", "c.pcap:name=roof"}) {
		t.Errorf("sources %v: a list with one = in an override is replaced by it", c.Server.Sources)
	}
	if c.Alerts.AtStart[0].Header != "A" || c.Alerts.AtStart[1].Header != "B" {
		t.Errorf("%v: files of a pattern are not read in order", c.Alerts.AtStart)
	}
}

func TestKismetFirstLineOfOneValueCounts(t *testing.T) {
	c := mustRead(t, map[string]string{kismetMain: "server_name=one\nSERVER_NAME += two\nservername=three\n"},
		"kismet.conf:2: server_name is not used: kismet.conf:1 has set it, and the first line counts",
		"kismet.conf:3: servername is not used: it names the server in syslog and announcements; server_name is the one in its status")
	if c.Server.Name != "one" {
		t.Errorf("name %s, want one", c.Server.Name)
	}
}

func TestKismetWebServerIsRead(t *testing.T) {
	t.Setenv("HOME", "/home/x")
	dir := kismetFolder(t, map[string]string{
		kismetMain: "include=kismet_httpd.conf\n",
		"kismet_httpd.conf": "httpd_port=2502\nhttpd_bind_address=[::1]\nhttpd_uri_prefix=kismet/\nhttpd_allow_cors=TRUE\nhttpd_allowed_origin=https://a.example\n" +
			"httpd_username=u\nhttpd_password=p=w\nhttpd_auth_file=%h/.kismet/kismet_httpd.conf\nhttpd_session_db=%h/.kismet/session.db\n",
	})
	d, c, err := readKismet(dir)
	if err != nil {
		t.Fatal(err)
	}
	want := Server{Listen: "[::1]:2502", URIPrefix: "/kismet", CORS: CORS{true, "https://a.example"}, KismetLogin: filepath.Join(dir, "kismet_httpd.conf"), KismetTokens: "/home/x/.kismet/session.db", Queue: Default().Server.Queue, Remote: Default().Server.Remote}
	if diff := cmp.Diff(want, c.Server); diff != "" {
		t.Error(diff)
	}
	if len(d.notes) != 1 || !strings.Contains(d.notes[0], "httpd_auth_file is not used") {
		t.Errorf("notes %q", d.notes)
	}
	if text := string(d.Effective()) + string(d.Import()); strings.Contains(text, "p=w") {
		t.Errorf("the password is printed:\n%s", text)
	}
}

func TestKismetUserFileIsNamed(t *testing.T) {
	t.Setenv("HOME", "/home/x")
	c := mustRead(t, map[string]string{kismetMain: "httpd_auth_file=%h/.kismet/kismet_httpd.conf"})
	if c.Server.KismetLogin != "/home/x/.kismet/kismet_httpd.conf" {
		t.Errorf("login %s", c.Server.KismetLogin)
	}
}

func TestKismetHalfALoginIsAMistake(t *testing.T) {
	_, _, err := readKismet(kismetFolder(t, map[string]string{kismetMain: "httpd_password=verysecret\n"}))
	if err == nil || !strings.Contains(err.Error(), "kismet.conf:1: httpd_username and httpd_password go together") || strings.Contains(err.Error(), "verysecret") {
		t.Errorf("half a login: %v", err)
	}
}

func TestKismetLogIsRead(t *testing.T) {
	for text, want := range map[string]KismetDB{
		"log_types=kismet": {Enabled: true, File: "Kismet-%D-%t-%i.%l"},
		"log_types=pcapng\nlog_types+=pcapppi,Kismet":                            {Enabled: true, File: "Kismet-%D-%t-%i.%l"},
		"log_types=kismet\nenable_logging=false":                                 {File: "Kismet-%D-%t-%i.%l"},
		"log_title=Roof\nlog_prefix=/var/log/":                                   {File: "/var/log/Roof-%D-%t-%i.%l"},
		"log_title=Roof\nlog_prefix=%E\nlog_template=%p/%n_%d_%T%Q%I.%l%\n":      {File: "DIR/Roof_%d_%T%I.%l"},
		"log_title=a%☃b%":                                                        {File: "ab-%D-%t-%i.%l"},
		"log_template=/logs/all.kismet\nlog_types=kismet\nlog_title=is not used": {Enabled: true, File: "/logs/all.kismet"},
	} {
		dir := kismetFolder(t, map[string]string{kismetMain: text})
		_, c, err := readKismet(dir)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
		want.Alerts, want.Messages, want.Packets, want.System = true, true, true, true
		want.File = strings.Replace(want.File, "DIR", dir, 1)
		if diff := cmp.Diff(want, c.Logs.KismetDB); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
	c := mustRead(t, map[string]string{kismetMain: "kis_log_alerts=f\nkis_log_messages=False\nkis_log_packets=false\nkis_log_system_status=no\nkis_log_datasources_rate=3\nkis_log_datasource_rate=3\n"},
		"kismet.conf:4: kis_log_system_status=no is not used: it is neither true nor false, so that true counts, as in Kismet",
		"kismet.conf:5: kis_log_datasources_rate is not used: the rate cannot be set",
		"kismet.conf:6: kis_log_datasource_rate is not used: the rate cannot be set")
	if k := c.Logs.KismetDB; k.Alerts || k.Messages || k.Packets || !k.System {
		t.Errorf("switches %+v", k)
	}
}

func TestKismetPacketLogIsRead(t *testing.T) {
	const standard = "Kismet-%D-%t-%i.%l"
	for text, want := range map[string]PcapNG{
		"log_types=kismet": {},
		"log_types=pcapng": {Enabled: true, File: standard},
		"log_types=kismet\nlog_types+=PCAPNG\nlog_prefix=/logs": {Enabled: true, File: "/logs/" + standard},
		"log_types=pcapng\nenable_logging=false":                {File: ""},
	} {
		_, c, err := readKismet(kismetFolder(t, map[string]string{kismetMain: text}))
		p := c.Logs.PcapNG
		if err != nil || p.Enabled != want.Enabled || p.File != want.File || p.TotalMB != Default().Logs.PcapNG.TotalMB {
			t.Errorf("%q: %+v, %v, want %+v", text, p, err, want)
		}
	}
}

func TestKismetDevicesAreRead(t *testing.T) {
	both := "devicefound=00:11:22:33:44:55\ndevicelost=00-11-22-33-44-55\ndevicelost=AA:BB:CC:00:00:00/FF:FF:FF:00:00:00\n"
	one := tocsin.MACMask{Addr: dot11.Addr{0, 0x11, 0x22, 0x33, 0x44, 0x55}, Mask: dot11.Broadcast}
	many := tocsin.MACMask{Addr: dot11.Addr{0xaa, 0xbb, 0xcc}, Mask: dot11.Addr{0xff, 0xff, 0xff}}
	rule := func(m tocsin.MACMask, found, lost bool, timeout time.Duration) tocsin.DeviceRule {
		return tocsin.DeviceRule{Name: m.String(), Device: m, Found: found, Lost: lost, Timeout: timeout}
	}
	for text, want := range map[string][]tocsin.DeviceRule{
		both: {rule(one, true, true, 0), rule(many, false, true, 0)},
		both + "devicelost_timeout=90": {
			rule(one, true, false, 0), rule(one, false, true, 90*time.Second), rule(many, false, true, 90*time.Second),
		},
	} {
		c := mustRead(t, map[string]string{kismetMain: text})
		if diff := cmp.Diff(want, c.Policy.Devices); diff != "" {
			t.Error(diff)
		}
	}
}

func TestKismetSourcesAreCapturesAndRadios(t *testing.T) {
	c := mustRead(t, map[string]string{kismetMain: strings.Join([]string{
		"channel_hop_speed=2/sec", "source=wlan0", "source=wlan1:name=roof,channels=\"1,6,11\",CHANNEL_HOPRATE=1/sec,ht_channels=false",
		"source=/c/a.pcapng:realtime=true,name=\"a,b\",retry=true", "source=odd:TYPE=pcapfile,name=odd", "source=rtl433-0:type=rtl433",
		"channel_hop=false", "source=wlx0:channel_hop=true,type=linuxwifi",
	}, "\n")},
		"kismet.conf:3: ht_channels of the source wlan1 is not used",
		"kismet.conf:4: retry of the source /c/a.pcapng is not used",
		"kismet.conf:6: the source rtl433-0 is not taken over: captures (type=pcapfile) and radios (type=linuxwifi) are")
	if diff := cmp.Diff([]string{
		"wlan0:type=linuxwifi,channel_hop=false,channel_hoprate=2/sec",
		`wlan1:channel_hoprate=1/sec,channels="1,6,11",name=roof,type=linuxwifi,channel_hop=false`,
		`/c/a.pcapng:name="a,b",realtime=true`, "odd:name=odd",
		"wlx0:channel_hop=true,type=linuxwifi,channel_hoprate=2/sec",
	}, c.Server.Sources); diff != "" {
		t.Error(diff)
	}
}

func TestKismetSampleRulesAreLeftOut(t *testing.T) {
	c := mustRead(t, map[string]string{kismetAlerts: `apspoof=Foo1:ssid="Foobar",validmacs="00:11:22:33:44:55"` + "\n" + `apspoof=Foo2:ssidregex="(?i:foobar)",validmacs=00:11:22:33:44:55` +
		"\n" + `ssidcanary=A:ssid="^foobar$"` + "\n" + `ssidcanary=B:ssid="foobar2"`},
		"kismet_alerts.conf:1: apspoof is not used: it is the sample rule that Kismet installs",
		"kismet_alerts.conf:2: apspoof is not used: it is the sample rule that Kismet installs",
		"kismet_alerts.conf:3: ssidcanary is not used: it is the sample rule that Kismet installs")
	if len(c.Policy.Networks) != 0 || len(c.Policy.Canaries) != 1 {
		t.Errorf("policy %+v, want the one canary that is no sample", c.Policy)
	}
}

func TestKismetLinesThatSayNothingAreTold(t *testing.T) {
	mustRead(t, map[string]string{kismetMain: "\n  # comment\nhttpd_password secret\n=x\nname_without=\ndot11_max_signal=-10\nunheard\x1b[2J_of=1\nhttpd_ssl_cert=x\ngps_reconnect=true\n"},
		`kismet.conf:3: the line that begins with httpd_password is not used: it is no name=value`,
		`kismet.conf:4: the line that begins with =x is not used: it is no name=value`,
		"kismet.conf:5: name_without is not used: it has no value",
		"kismet.conf:6: dot11_max_signal is not used: no detector uses it yet",
		`kismet.conf:7: "unheard\x1b[2j_of" is not used: Tocsin knows no such option`,
		"kismet.conf:8: httpd_ssl_cert is not used: Kismet does not read it either; server.tls of tocsin.yaml has the certificate",
		"kismet.conf:9: gps_reconnect is not used: receivers of positions have no such option here")
}

// TestKismetKnowsTheOptionsThatMatter holds that each is used or has a reason of its own.
func TestKismetKnowsTheOptionsThatMatter(t *testing.T) {
	const names = `alert devicefound devicelost devicefound_timeout devicelost_timeout apspoof ssidcanary prelude_alerts load_alert
		dot11_max_signal dot11_keep_eapol hidedata alertbacklog packet_backlog_limit packet_backlog_warning packet_log_warning
		enable_logging log_config_present log_types log_title log_prefix log_template kis_log_alerts kis_log_messages kis_log_packets
		kis_log_data_packets kis_log_duplicate_packets kis_log_system_status kis_log_system_status_rate kis_log_datasources
		kis_log_datasource_rate kis_log_datasources_rate kis_log_alert_timeout kis_log_device_timeout kis_log_message_timeout
		kis_log_packet_timeout kis_log_snapshot_timeout kis_log_ephemeral_dangerous httpd_port httpd_bind_address httpd_username
		httpd_password httpd_auth_file httpd_session_db httpd_allow_auth_creation httpd_allow_auth_view httpd_jwt_key httpd_jwt_issuer
		httpd_uri_prefix httpd_allow_cors httpd_allowed_origin httpd_home httpd_mime httpd_redirect_unknown httpd_user_home
		httpd_session_timeout httpd_ssl server_name server_description server_location servername server_uuid configdir server_announce
		source channel_hop channel_hop_speed split_source_hopping randomized_hopping retry_on_source_error mask_datasource_type
		mask_datasource_interface source_stagger_threshold source_launch_group source_launch_delay dot11_datasource_opt
		override_remote_timestamp remote_capture_enabled remote_capture_listen remote_capture_port packet_dedup_size packets_dedup_size gps`
	for _, name := range strings.Fields(names) {
		_, several := severalValues[name]
		_, one := oneValue[name]
		if _, expected := unusedReason(name); !several && !one && !expected {
			t.Errorf("%s is not known", name)
		}
		if _, both := unused[name]; both && (several || one) {
			t.Errorf("%s is both used and not", name)
		}
	}
}

func TestKismetQueueIsReadByAllItsNames(t *testing.T) {
	for text, want := range map[string]Queue{
		"packet_backlog_limit=100\npacket_backlog_warning=7\n":  {100, 7},
		"packet_log_warning=0\n":                                {8192, 0},
		"packet_log_warning=9\npacket_backlog_warning=9\n":      {8192, 9},
		"packet_backlog_limit=1000000\npacket_log_warning=10\n": {1_000_000, 10},
	} {
		if c := mustRead(t, map[string]string{kismetMain: text}); c.Server.Queue != want {
			t.Errorf("%q: %+v, want %+v", text, c.Server.Queue, want)
		}
	}
	c := mustRead(t, map[string]string{kismetMain: "packet_backlog_limit=0\npacket_backlog_warning=8\npacket_log_warning=9\n"},
		"kismet.conf:1: packet_backlog_limit=0 is not used: a queue without a limit is not there, 8192 counts",
		"kismet.conf:2: packet_backlog_warning is not used: kismet.conf:3 has packet_log_warning, which is what Kismet reads")
	if want := (Queue{8192, 9}); c.Server.Queue != want {
		t.Errorf("%+v, want %+v", c.Server.Queue, want)
	}
}

func TestKismetRemoteSensorsAreTaken(t *testing.T) {
	const shipped = "remote_capture_enabled=true\nremote_capture_listen=127.0.0.1\nremote_capture_port=3501\noverride_remote_timestamp=true\n"
	standard := Default().Server.Remote
	for text, want := range map[string]Remote{
		shipped: {true, "127.0.0.1:3501", false},
		"remote_capture_listen=*\nremote_capture_port=3600\n":                                               {true, "0.0.0.0:3600", false},
		"remote_capture_enabled=false\n" + strings.ReplaceAll(shipped, "remote_capture_enabled=true\n", ""): standard,
		"remote_capture_listen=0.0.0.0\nremote_capture_port=0\noverride_remote_timestamp=false\n":           {false, standard.Listen, true},
		"remote_capture_port=3501\n": standard,
	} {
		if c := mustRead(t, map[string]string{kismetMain: text}); c.Server.Remote != want {
			t.Errorf("%q: %+v, want %+v", text, c.Server.Remote, want)
		}
	}
	mustRead(t, map[string]string{kismetMain: "remote_capture_enabled=true\n"},
		"kismet.conf:1: remote_capture_enabled is not used: remote_capture_listen and remote_capture_port say where, and one of them is missing")
}

// TestWarningsAreWhatSomebodyMisses parts the notes of a folder.
func TestWarningsAreWhatSomebodyMisses(t *testing.T) {
	d := NewDraft()
	d.ReadKismet(kismetFolder(t, map[string]string{kismetMain: strings.Join([]string{
		"gps_reconnect=true", "httpd_jwt_key=x", "kis_log_alert_timeout=3", `ssidcanary=A:ssid="^foobar$"`, // notes
		"source=x:type=rtl433", "log_types=wiglecsv", "no_such_option=1", "kis_log_alerts=perhaps", "nonsense", "server_name=", // warnings
	}, "\n")}))
	var got []string
	for _, w := range d.Warnings() {
		place, _, _ := strings.Cut(w, ": ")
		got = append(got, strings.TrimPrefix(place, "kismet.conf:"))
	}
	if want := []string{"9", "10", "5", "6", "7", "8"}; !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
		t.Errorf("warnings %q, want those of the lines 5 to 10", d.Warnings())
	}
	if n := len(d.Notes()); n != 10 {
		t.Errorf("%d notes, want all ten lines: %q", n, d.Notes())
	}
}

func TestKismetMistakesNameTheirLine(t *testing.T) {
	for _, line := range []string{
		"alert=DEAUTHFLOOD", "alert=DEAUTHFLOOD,,1/sec", "alert=A,5/min,1/hour", "alert=,5/min,1/sec", "apspoof=nolabel", `apspoof=A:ssid="x"`,
		`apspoof=A:ssid="x",validmacs="zz"`, `apspoof=A:ssid="(?<!x)y",validmacs="00:11:22:33:44:55"`, `ssidcanary=A:ssid="(`,
		`ssidcanary=A:ssid="unclosed`, "ssidcanary=A:nonsense", "alertbacklog=many", "alertbacklog=-1", "alertbacklog=1000000", "httpd_port=http", "httpd_port=70000",
		"httpd_bind_address=a b", "httpd_uri_prefix=/a b", "httpd_allowed_origin=nonsense", "devicefound=zz", "devicelost_timeout=0", "devicelost_timeout=9158400001", "devicefound_timeout=soon",
		"load_alert=no colon", "load_alert=A B:text", "include=%E/absent.conf", "include=%S/x.conf", "opt_include=[", "opt_include=/*/*/*/x", "include=.", "server_name=\xff", "server_name=a\x00b",
		"packet_backlog_limit=many", "packet_backlog_limit=-1", "packet_backlog_limit=1000001", "packet_log_warning=-1", "packet_backlog_warning=x",
		"httpd_auth_file=%Q", "log_title=a\x1bb", "source=a.pcap:x", "channel_hop_speed=5,6",
	} {
		_, _, err := readKismet(kismetFolder(t, map[string]string{kismetAlerts: "\n" + line + "\n"}))
		if err == nil || !strings.Contains(err.Error(), "kismet_alerts.conf:2: ") || strings.ContainsAny(err.Error(), "\n\x1b\x00") {
			t.Errorf("%q: error %v, want one that names line 2", line, err)
		}
	}
}

func TestKismetFolderThatIsNone(t *testing.T) {
	for _, dir := range []string{t.TempDir(), filepath.Join(t.TempDir(), "absent")} {
		if _, _, err := readKismet(dir); err == nil || !strings.Contains(err.Error(), kismetAlerts) {
			t.Errorf("%s: error %v", dir, err)
		}
	}
}

func TestKismetFilesAreBounded(t *testing.T) {
	chain := map[string]string{kismetMain: "include=a0\n"}
	for i := range 30 {
		chain["a"+string(rune('0'+i))] = "include=a" + string(rune('1'+i)) + "\n"
	}
	bomb := map[string]string{kismetMain: strings.Repeat("include=a\n", 10), "d": "server_name=x\n"}
	for from, to := range map[string]string{"a": "b", "b": "c", "c": "d"} {
		bomb[from] = strings.Repeat("include="+to+"\n", 20)
	}
	for want, files := range map[string]map[string]string{
		"kismet.conf includes itself: kismet.conf > kismet.conf": {kismetMain: "include=%E/kismet.conf\n"},
		"a includes itself: kismet.conf > a > b > a":             {kismetMain: "include=a\n", "a": "include=b\n", "b": "opt_include=a\n"},
		"more than 16 files include each other":                  chain,
		"more than 256 files are named":                          bomb,
		"it is larger than 1048576 octets":                       {kismetMain: strings.Repeat("#", maxFile+1)},
		"more than 50000 lines say something":                    {kismetMain: strings.Repeat("a=b\n", maxDirectives+1)},
	} {
		_, _, err := readKismet(kismetFolder(t, files))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %.200v, want %q", err, want)
		}
	}
}
