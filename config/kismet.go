package config

import (
	"cmp"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-wids/tocsin"
)

// ReadKismet adds what the Kismet configuration folder dir says: its kismet.conf with all that this includes and all
// overrides; without a kismet.conf, its kismet_alerts.conf, kismet_memory.conf and kismet_site.conf.
func (d *Draft) ReadKismet(dir string) {
	if absolute, err := filepath.Abs(dir); err == nil {
		dir = absolute
	}
	d.addKismet(dir, readFolder(dir, d))
}

func (d *Draft) addKismet(dir string, list []directive) {
	k := &kismetReader{draft: d, dir: dir, first: map[string]directive{}}
	for _, line := range list {
		k.add(line)
	}
	k.server()
	k.login()
	k.log()
	k.devices()
	k.queue()
	k.hopping()
	k.remote()
}

// kismetReader turns directives into configuration. What several lines say together is kept until all are read.
type kismetReader struct {
	draft    *Draft
	dir      string
	first    map[string]directive // of the options that have one value
	logTypes []directive
	watched  []directive // devicefound, devicelost
}

// severalValues are the options whose lines add up.
var severalValues = map[string]func(*kismetReader, directive) error{
	"alert":       (*kismetReader).alert,
	"apspoof":     (*kismetReader).apspoof,
	"ssidcanary":  (*kismetReader).ssidcanary,
	"load_alert":  (*kismetReader).loadAlert,
	"source":      (*kismetReader).source,
	"devicefound": (*kismetReader).device,
	"devicelost":  (*kismetReader).device,
	"log_types":   (*kismetReader).logType,
	"gps":         (*kismetReader).gps,
}

// oneValue are the options of which the first line counts. A nil is for those that are read together at the end.
var oneValue = map[string]func(*kismetReader, directive) error{
	"alertbacklog":           (*kismetReader).backlog,
	"server_name":            (*kismetReader).texts,
	"server_description":     (*kismetReader).texts,
	"server_location":        (*kismetReader).texts,
	"httpd_uri_prefix":       (*kismetReader).prefix,
	"httpd_allow_cors":       (*kismetReader).switches,
	"httpd_allowed_origin":   (*kismetReader).texts,
	"kis_log_alerts":         (*kismetReader).switches,
	"kis_log_messages":       (*kismetReader).switches,
	"kis_log_packets":        (*kismetReader).switches,
	"kis_log_system_status":  (*kismetReader).switches,
	"remote_capture_enabled": nil, "remote_capture_listen": nil, "remote_capture_port": nil, "override_remote_timestamp": nil,
	"httpd_port": nil, "httpd_bind_address": nil,
	"httpd_username": nil, "httpd_password": nil, "httpd_auth_file": nil, "httpd_session_db": nil,
	"devicefound_timeout": nil, "devicelost_timeout": nil,
	"channel_hop": nil, "channel_hop_speed": nil,
	"packet_backlog_limit": nil, "packet_backlog_warning": nil, "packet_log_warning": nil,
	"enable_logging": nil, "log_title": nil, "log_prefix": nil, "log_template": nil,
}

// add uses one line, or says why not.
func (k *kismetReader) add(d directive) {
	use, several := severalValues[d.name]
	one, known := oneValue[d.name]
	switch {
	case several:
	case !known:
		reason, expected := unusedReason(d.name)
		tell := k.draft.warn
		if expected {
			tell = k.draft.note
		}
		tell(d.place, "%s is not used: %s", shown(d.name), reason)
		return
	default:
		if before, ok := k.first[d.name]; ok {
			k.draft.warn(d.place, "%s is not used: %s has set it, and the first line counts", d.name, before.place)
			return
		}
		k.first[d.name] = d
		use = one
	}
	if use == nil {
		return
	}
	if err := use(k, d); err != nil {
		k.draft.mistake(d.place, "%s=%s: %w", d.name, shown(d.value), err)
	}
}

func (k *kismetReader) set(key, place string) { k.draft.origins[key] = place }

// alert is NAME,limit,burst. A fourth part or an empty one is a mistake, of which Kismet would die.
func (k *kismetReader) alert(d directive) error {
	header, rates, _ := strings.Cut(d.value, ",")
	t, err := tocsin.ParseThrottle(rates)
	if err != nil {
		return err
	}
	return k.draft.throttle(strings.TrimSpace(header), t, d.place)
}

// apspoof is label:ssid="PATTERN",validmacs="MAC,MAC/MASK". The pattern is always an expression. Channels="1,6" and
// security="wpa2-psk" are ours.
func (k *kismetReader) apspoof(d directive) error {
	label, options, err := multipart(d.value)
	if err != nil {
		return err
	}
	if k.isSample(d, options) {
		return nil
	}
	rule, err := networkWords{
		canaryWords: canaryWords{name: label, regexp: ssidOption(options)}, macs: list(options["validmacs"]),
		channels: list(options["channels"]), security: list(options["security"]),
	}.rule()
	if err != nil {
		return err
	}
	k.unusedOptions(d, label, options, "ssid", "ssidregex", "validmacs", "channels", "security")
	networks := &k.draft.config.Policy.Networks
	k.set(fmt.Sprintf("policy.networks[%d]", len(*networks)), d.place)
	*networks = append(*networks, rule)
	return nil
}

// ssidcanary is label:ssid="PATTERN". A pattern that is none is told here, not when the first frame meets it.
func (k *kismetReader) ssidcanary(d directive) error {
	label, options, err := multipart(d.value)
	if err != nil {
		return err
	}
	if k.isSample(d, options) {
		return nil
	}
	rule, err := canaryWords{name: label, regexp: ssidOption(options)}.rule()
	if err != nil {
		return err
	}
	k.unusedOptions(d, label, options, "ssid", "ssidregex")
	canaries := &k.draft.config.Policy.Canaries
	k.set(fmt.Sprintf("policy.canaries[%d]", len(*canaries)), d.place)
	*canaries = append(*canaries, rule)
	return nil
}

// unusedOptions tells of the options of a rule that are not among known.
func (k *kismetReader) unusedOptions(d directive, label string, options map[string]string, known ...string) {
	for _, name := range sortedKeys(options) {
		if !slices.Contains(known, name) {
			k.draft.note(d.place, "%s of the rule %s is not used: %s knows %s", shown(name), shown(label), d.name, strings.Join(known, ", "))
		}
	}
}

// ssidOption takes the name that Kismet reads, and the one that its manual has.
func ssidOption(options map[string]string) string {
	return cmp.Or(options["ssid"], options["ssidregex"])
}

// isSample reports whether d is one of the rules that Kismet installs, which are examples but are active: whoever
// names a network "foobar" would raise alerts everywhere.
func (k *kismetReader) isSample(d directive, options map[string]string) bool {
	bare := strings.ToLower(strings.NewReplacer("(?i:", "", "(?i)", "", "(", "", ")", "", "^", "", "$", "").Replace(ssidOption(options)))
	if bare != "foobar" {
		return false
	}
	k.draft.note(d.place, "%s is not used: it is the sample rule that Kismet installs", d.name)
	return true
}

// loadAlert is HEADER:text; the text may hold colons.
func (k *kismetReader) loadAlert(d directive) error {
	header, text, ok := strings.Cut(d.value, ":")
	if !ok {
		return fmt.Errorf("write HEADER:text")
	}
	if strings.ContainsFunc(d.value, unicode.IsControl) {
		return errControl
	}
	start := &k.draft.config.Alerts.AtStart
	k.set(fmt.Sprintf("alerts.at_start[%d]", len(*start)), d.place)
	*start = append(*start, StartAlert{Header: strings.ToUpper(strings.TrimSpace(header)), Text: strings.TrimSpace(text)})
	return nil
}

// backlog may be 0, as in Kismet.
func (k *kismetReader) backlog(d directive) error {
	n, err := strconv.Atoi(d.value)
	if err != nil || n < 0 {
		return fmt.Errorf("this is not a count")
	}
	k.draft.config.Alerts.Backlog = n
	k.set("alerts.backlog", d.place)
	return nil
}

// texts go into answers and headers of the server, so that none may hold a control character.
func (k *kismetReader) texts(d directive) error {
	s := &k.draft.config.Server
	to, key := &s.Name, "server.name"
	switch d.name {
	case "server_description":
		to, key = &s.Description, "server.description"
	case "server_location":
		to, key = &s.Location, "server.location"
	case "httpd_allowed_origin":
		to, key = &s.CORS.Origin, "server.cors.origin"
	}
	if strings.ContainsFunc(d.value, unicode.IsControl) {
		return errControl
	}
	*to = d.value
	k.set(key, d.place)
	return nil
}

// prefix mends what Kismet's manual asks its users not to write.
func (k *kismetReader) prefix(d directive) error {
	k.draft.config.Server.URIPrefix = "/" + strings.Trim(d.value, "/")
	if k.draft.config.Server.URIPrefix == "/" {
		k.draft.config.Server.URIPrefix = ""
	}
	k.set("server.uri_prefix", d.place)
	return nil
}

func (k *kismetReader) switches(d directive) error {
	c := &k.draft.config
	to, key := &c.Server.CORS.Allow, "server.cors.allow"
	switch d.name {
	case "kis_log_alerts":
		to, key = &c.Logs.KismetDB.Alerts, "logs.kismetdb.alerts"
	case "kis_log_messages":
		to, key = &c.Logs.KismetDB.Messages, "logs.kismetdb.messages"
	case "kis_log_packets":
		to, key = &c.Logs.KismetDB.Packets, "logs.kismetdb.packets"
	case "kis_log_system_status":
		to, key = &c.Logs.KismetDB.System, "logs.kismetdb.system"
	}
	if value, ok := k.boolean(d, *to); ok {
		*to = value
		k.set(key, d.place)
	}
	return nil
}

// boolean knows the four words of Kismet. With any other the default counts there and here, and it is said.
func (k *kismetReader) boolean(d directive, standard bool) (value, ok bool) {
	switch strings.ToLower(d.value) {
	case "true", "t":
		return true, true
	case "false", "f":
		return false, true
	}
	k.draft.warn(d.place, "%s=%s is not used: it is neither true nor false, so that %t counts, as in Kismet", d.name, shown(d.value), standard)
	return false, false
}

func (k *kismetReader) device(d directive) error {
	if _, err := tocsin.ParseMACMask(d.value); err != nil {
		return err
	}
	k.watched = append(k.watched, d)
	return nil
}

// devices makes one rule for a device that is in both lists with the same timeout.
func (k *kismetReader) devices() {
	found, lost := k.timeout("devicefound_timeout"), k.timeout("devicelost_timeout")
	rules := &k.draft.config.Policy.Devices
	before := len(*rules)
	for _, d := range k.watched {
		words := deviceWords{mac: d.value, found: d.name == "devicefound", lost: d.name == "devicelost"}
		if words.timeout = lost; words.found {
			words.timeout = found
		}
		rule, err := words.rule()
		if err != nil {
			k.draft.mistake(d.place, "%s: %w", d.name, err)
			continue
		}
		same := slices.IndexFunc((*rules)[before:], func(r tocsin.DeviceRule) bool {
			return r.Device == rule.Device && r.Timeout == rule.Timeout
		})
		if same >= 0 {
			r := &(*rules)[before+same]
			r.Found, r.Lost = r.Found || rule.Found, r.Lost || rule.Lost
			continue
		}
		k.set(fmt.Sprintf("policy.devices[%d]", len(*rules)), d.place)
		*rules = append(*rules, rule)
	}
}

// timeout reads a number of seconds; 0 if none is given.
func (k *kismetReader) timeout(name string) time.Duration {
	d, ok := k.first[name]
	if !ok {
		return 0
	}
	const day = 86_400
	n, err := strconv.ParseInt(d.value, 10, 64)
	if err != nil || n <= 0 || n > maxDays*day {
		k.draft.mistake(d.place, "%s=%s: this is not a number of seconds", d.name, shown(d.value))
		return 0
	}
	return time.Duration(n) * time.Second
}

// server makes one address of host and port.
func (k *kismetReader) server() {
	s := &k.draft.config.Server
	host, port, err := net.SplitHostPort(s.Listen)
	if err != nil {
		return
	}
	var places []string
	for _, part := range []struct {
		name string
		to   *string
	}{{"httpd_bind_address", &host}, {"httpd_port", &port}} {
		if d, ok := k.first[part.name]; ok {
			*part.to = strings.Trim(d.value, "[]")
			places = append(places, d.place)
		}
	}
	if len(places) == 0 {
		return
	}
	k.set("server.listen", strings.Join(places, ", "))
	s.Listen = net.JoinHostPort(host, port)
}

// queue takes the level of the warning by both names: Kismet's manual has the first, and Kismet reads the second.
func (k *kismetReader) queue() {
	q := &k.draft.config.Server.Queue
	if d, ok := k.first["packet_backlog_limit"]; ok && d.value == "0" {
		k.draft.warn(d.place, "%s=0 is not used: a queue without a limit is not there, %d counts", d.name, q.Limit)
	} else if ok {
		k.packets(d, &q.Limit, "server.queue.limit")
	}
	manual, inManual := k.first["packet_backlog_warning"]
	read, isRead := k.first["packet_log_warning"]
	switch {
	case isRead:
		k.packets(read, &q.Warning, "server.queue.warning")
		if inManual && manual.value != read.value {
			k.draft.warn(manual.place, "%s is not used: %s has packet_log_warning, which is what Kismet reads", manual.name, read.place)
		}
	case inManual:
		k.packets(manual, &q.Warning, "server.queue.warning")
	}
}

// packets reads a number of packets.
func (k *kismetReader) packets(d directive, to *int, key string) {
	n, err := strconv.Atoi(d.value)
	if err != nil {
		k.draft.mistake(d.place, "%s=%s: this is not a number of packets", d.name, shown(d.value))
		return
	}
	*to = n
	k.set(key, d.place)
}
