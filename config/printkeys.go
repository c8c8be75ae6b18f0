package config

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// config prints every key that yamlReader.document knows.
func (p *printer) config(c Config) {
	p.section("server", func() { p.server(c.Server) })
	p.section("store", func() {
		p.text("path", c.Store.Path)
		p.time("retention", c.Store.Retention)
	})
	p.section("logs", func() {
		p.section("kismetdb", func() {
			k := c.Logs.KismetDB
			p.boolean("enabled", k.Enabled)
			p.text("file", k.File)
			p.boolean("alerts", k.Alerts)
			p.boolean("messages", k.Messages)
			p.boolean("packets", k.Packets)
			p.boolean("system", k.System)
		})
		p.section("pcapng", func() { p.pcapng(c.Logs.PcapNG) })
	})
	p.texts("gps", c.GPS)
	p.section("alerts", func() { p.alerts(c.Alerts) })
	p.section("detectors", func() { p.detectors(c.Detectors) })
	p.section("policy", func() { p.policy(c.Policy) })
	p.section("notify", func() { p.notify(c.Notify) })
}

func (p *printer) pcapng(l PcapNG) {
	p.boolean("enabled", l.Enabled)
	p.text("file", l.File)
	p.value("file_mb", strconv.Itoa(l.FileMB))
	p.time("file_age", l.FileAge)
	p.value("total_mb", strconv.Itoa(l.TotalMB))
	p.text("frames", l.Frames)
	p.texts("only", written(l.Only))
	p.texts("exclude", written(l.Exclude))
}

// written is how addresses are read again.
func written(list []tocsin.MACMask) (words []string) {
	for _, m := range list {
		words = append(words, m.String())
	}
	return words
}

func (p *printer) server(s Server) {
	p.text("listen", s.Listen)
	p.text("data", s.Data)
	p.text("name", s.Name)
	p.text("description", s.Description)
	p.text("location", s.Location)
	p.texts("sources", s.Sources)
	p.section("tls", func() {
		p.text("cert", s.TLS.Cert)
		p.text("key", s.TLS.Key)
	})
	p.section("acme", func() {
		p.texts("domains", s.ACME.Domains)
		p.text("email", s.ACME.Email)
	})
	p.section("cors", func() {
		p.boolean("allow", s.CORS.Allow)
		p.text("origin", s.CORS.Origin)
	})
	p.text("uri_prefix", s.URIPrefix)
	p.section("queue", func() {
		p.value("limit", strconv.Itoa(s.Queue.Limit))
		p.value("warning", strconv.Itoa(s.Queue.Warning))
	})
	p.section("remote", func() {
		p.boolean("enabled", s.Remote.Enabled)
		p.text("listen", s.Remote.Listen)
		p.boolean("keep_time", s.Remote.KeepTime)
	})
	p.text("kismet_login", s.KismetLogin)
	p.text("kismet_tokens", s.KismetTokens)
}

func (p *printer) alerts(a Alerts) {
	p.value("backlog", strconv.Itoa(a.Backlog))
	p.time("quiet", a.Quiet)
	p.section("throttle", func() {
		for _, name := range slices.Sorted(maps.Keys(a.Throttles)) {
			if comment, ok := p.comment("alerts.throttle." + name); ok {
				p.line(plainKey(name)+": "+a.Throttles[name].String(), comment)
			}
		}
	})
	items(p, "at_start", a.AtStart, func(s StartAlert, put func(name, value string)) {
		put("header", quote(s.Header))
		put("text", quote(s.Text))
	})
}

func (p *printer) policy(policy tocsin.Policy) {
	items(p, "networks", policy.Networks, func(n tocsin.NetworkRule, put func(name, value string)) {
		put("name", quote(n.Name))
		put(ssidKey(n.SSID), quote(n.SSID.String()))
		put("macs", quotes(texts(n.Allowed)))
		if len(n.Channels) > 0 {
			put("channels", strings.ReplaceAll(fmt.Sprint(n.Channels), " ", ", "))
		}
		if n.Access != 0 {
			put("security", "["+n.Access.String()+"]")
		}
	})
	items(p, "canaries", policy.Canaries, func(c tocsin.CanaryRule, put func(name, value string)) {
		put("name", quote(c.Name))
		put(ssidKey(c.SSID), quote(c.SSID.String()))
	})
	items(p, "devices", policy.Devices, func(d tocsin.DeviceRule, put func(name, value string)) {
		put("name", quote(d.Name))
		put("mac", quote(d.Device.String()))
		put("found", strconv.FormatBool(d.Found))
		put("lost", strconv.FormatBool(d.Lost))
		if d.Timeout > 0 {
			put("timeout", d.Timeout.String())
		}
		if d.Severity != nil {
			put("severity", d.Severity.String())
		}
	})
}

func ssidKey(p tocsin.SSIDPattern) string {
	if p.IsRegexp() {
		return "ssid_regexp"
	}
	return "ssid"
}

func texts(masks []tocsin.MACMask) []string {
	var list []string
	for _, m := range masks {
		list = append(list, m.String())
	}
	return list
}
