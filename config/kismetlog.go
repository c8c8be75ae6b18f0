package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

var errControl = errors.New("this holds a control character")

// login takes over the file of the tokens, and the file in which the login stands, never the login itself: a configuration holds no password.
func (k *kismetReader) login() {
	user, hasUser := k.first["httpd_username"]
	password, hasPassword := k.first["httpd_password"]
	auth, hasFile := k.first["httpd_auth_file"]
	server := &k.draft.config.Server
	if tokens, ok := k.first["httpd_session_db"]; ok {
		if path, ok := k.path(tokens); ok {
			server.KismetTokens = path
			k.set("server.kismet_tokens", tokens.place)
		}
	}
	switch {
	case hasUser != hasPassword:
		only := user
		if hasPassword {
			only = password
		}
		k.draft.mistake(only.place, "httpd_username and httpd_password go together")
	case hasUser && user.path != password.path:
		k.draft.warn(password.place, "httpd_password is not used: httpd_username stands in another file; set the login anew")
	case hasUser:
		server.KismetLogin = user.path
		k.set("server.kismet_login", user.place)
		if hasFile {
			k.draft.note(auth.place, "httpd_auth_file is not used: %s has a login, which counts before it", user.place)
		}
	case hasFile:
		if path, ok := k.path(auth); ok {
			server.KismetLogin = path
			k.set("server.kismet_login", auth.place)
		}
	}
}

// path expands the value of d.
func (k *kismetReader) path(d directive) (string, bool) {
	path, unknown := expandPath(d.value, k.dir, home())
	switch {
	case unknown != "":
		k.draft.mistake(d.place, "%s=%s: it is not known here what %s stands for", d.name, shown(d.value), shown(unknown))
		return "", false
	case strings.ContainsFunc(path, unicode.IsControl):
		k.draft.mistake(d.place, "%s=%s: %w", d.name, shown(d.value), errControl)
		return "", false
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(k.dir, path)
	}
	return filepath.Clean(path), true
}

func (k *kismetReader) logType(d directive) error {
	k.logTypes = append(k.logTypes, d)
	return nil
}

// logsWritten says which logs are written.
func (k *kismetReader) logsWritten() {
	logs := &k.draft.config.Logs
	for _, d := range k.logTypes {
		for _, kind := range list(d.value) {
			switch strings.ToLower(kind) {
			case "kismet":
				logs.KismetDB.Enabled = true
				k.set("logs.kismetdb.enabled", d.place)
			case "pcapng":
				logs.PcapNG.Enabled = true
				k.set("logs.pcapng.enabled", d.place)
				k.draft.note(d.place, "the log type pcapng is written in files of %d MB, and beyond %d MB the oldest are deleted; logs.pcapng in tocsin.yaml sets both",
					logs.PcapNG.FileMB, logs.PcapNG.TotalMB)
			default:
				k.draft.warn(d.place, "the log type %s is not written", shown(kind))
			}
		}
	}
	if d, ok := k.first["enable_logging"]; ok {
		if on, ok := k.boolean(d, true); ok && !on {
			logs.KismetDB.Enabled, logs.PcapNG.Enabled = false, false
			k.set("logs.kismetdb.enabled", d.place)
			k.set("logs.pcapng.enabled", d.place)
		}
	}
}

// log says whether and where logs are written. The name is made of three options, of which log_template may leave
// out the others.
func (k *kismetReader) log() {
	k.logsWritten()
	logs := &k.draft.config.Logs
	places := map[string]bool{}
	part := func(name, standard string) string {
		if d, ok := k.first[name]; ok {
			places[d.place] = true
			return k.template(d)
		}
		return standard
	}
	title, prefix := part("log_title", "Kismet"), part("log_prefix", "./")
	file, _ := expand(part("log_template", "%p/%n-%D-%t-%i.%l"), func(sign rune) (string, bool) {
		switch {
		case sign == 'p':
			return prefix + "/", true
		case sign == 'n':
			return title, true
		case strings.ContainsRune(templateSigns, sign):
			return "%" + string(sign), true
		}
		return "", false
	})
	if logs.PcapNG.Enabled && (len(places) > 0 || logs.PcapNG.File == "") { // the peer's is in the working folder
		logs.PcapNG.File = filepath.Clean(file)
		k.set("logs.pcapng.file", k.logTypes[0].place)
	}
	if len(places) == 0 {
		return
	}
	logs.KismetDB.File = filepath.Clean(file)
	for _, name := range []string{"log_template", "log_title", "log_prefix"} {
		if d, ok := k.first[name]; ok {
			k.set("logs.kismetdb.file", d.place)
			break
		}
	}
}

// template expands what of d is a folder and keeps what is filled in when the log is opened.
func (k *kismetReader) template(d directive) string {
	if strings.ContainsFunc(d.value, unicode.IsControl) {
		k.draft.mistake(d.place, "%s=%s: %w", d.name, shown(d.value), errControl)
		return ""
	}
	own := templateSigns
	if d.name == "log_template" {
		own += "pn"
	}
	value := d.value
	if rest, ok := strings.CutPrefix(value, "~/"); ok {
		value = "%h/" + rest
	}
	text, unknown := expand(value, func(sign rune) (string, bool) {
		switch {
		case strings.ContainsRune(own, sign):
			return "%" + string(sign), true
		case sign == 'E':
			return k.dir, true
		case sign == 'h' && home() != "":
			return home(), true
		}
		return "", false
	})
	if unknown != "" {
		k.draft.warn(d.place, "%s in %s means nothing here and is left out", shown(unknown), d.name)
	}
	return text
}

// Options of sources that are taken over, as `tocsin serve --source` knows them.
var (
	captureOptions = []string{"name", "uuid", "realtime", "metagps"}
	radioOptions   = []string{"name", "uuid", "metagps", "type", "vif", "channel", "channels", "add_channels", "block_channels",
		"band24ghz", "band5ghz", "band6ghz", "channel_hop", "channel_hoprate", "ignoreprimary", "fcsfail", "plcpfail"}
)

const radioType = "linuxwifi"

// source takes captures and radios over.
func (k *kismetReader) source(d directive) error {
	path, rest, _ := strings.Cut(d.value, ":")
	options, err := pairs(rest)
	if err != nil {
		return err
	}
	if strings.ContainsFunc(path, unicode.IsControl) {
		return errControl
	}
	path = strings.TrimSpace(path)
	kind, known := strings.ToLower(options["type"]), captureOptions
	switch {
	case kind == "pcapfile", kind == "" && looksLikeFile(path):
		delete(options, "type")
	case kind == radioType, kind == "":
		options["type"], known = radioType, radioOptions
	default:
		k.draft.warn(d.place, "the source %s is not taken over: captures (type=pcapfile) and radios (type=linuxwifi) are", shown(path))
		return nil
	}
	var definition []string
	for _, key := range sortedKeys(options) {
		value := options[key]
		if !slices.Contains(known, key) || strings.ContainsFunc(value, func(r rune) bool { return r == '"' || unicode.IsControl(r) }) {
			k.draft.note(d.place, "%s of the source %s is not used", shown(key), shown(path))
			continue
		}
		if strings.Contains(value, ",") {
			value = `"` + value + `"`
		}
		definition = append(definition, key+"="+value)
	}
	if len(definition) > 0 {
		path += ":" + strings.Join(definition, ",")
	}
	sources := &k.draft.config.Server.Sources
	k.set(fmt.Sprintf("server.sources[%d]", len(*sources)), d.place)
	*sources = append(*sources, path)
	return nil
}

// hopping gives radios that have no word on it their own the pace of all, and has them stay if all are to.
func (k *kismetReader) hopping() {
	for _, h := range []struct{ name, option string }{{"channel_hop", "channel_hop"}, {"channel_hop_speed", "channel_hoprate"}} {
		d, ok := k.first[h.name]
		if !ok {
			continue
		}
		if strings.ContainsFunc(d.value, func(r rune) bool { return r == ',' || r == '"' || unicode.IsControl(r) }) {
			k.draft.mistake(d.place, "%s=%s: it is no value of that", d.name, shown(d.value))
			continue
		}
		for i, source := range k.draft.config.Server.Sources {
			if strings.Contains(source, "type="+radioType) && !strings.Contains(source, h.option+"=") {
				k.draft.config.Server.Sources[i] += "," + h.option + "=" + strings.TrimSpace(d.value)
			}
		}
	}
}

// looksLikeFile tells a capture from a network interface, whose name has no slash and seldom a dot.
func looksLikeFile(s string) bool {
	switch filepath.Ext(s) {
	case ".pcap", ".pcapng", ".cap", ".gz", ".zst":
		return true
	}
	return strings.Contains(s, "/") && !strings.HasPrefix(s, "/dev/")
}
