package config

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/tocsin-wids/tocsin/gps"
)

const (
	maxQueue     = 1_000_000
	maxBacklog   = 100_000 // keeps one answer of the API below some hundred megabytes
	maxStart     = 100     // alerts at start
	maxStartText = 1000    // octets
	maxFileMB    = 100_000
	maxTotalMB   = 100_000_000
)

// Validate tells all that is wrong with c, each problem with its key. Headers is the catalogue's.
func (c Config) Validate(headers []string) error {
	var list []error
	for _, p := range c.problems(headers) {
		list = append(list, p)
	}
	return errors.Join(list...)
}

// problems are in the order of the keys in the manual.
func (c Config) problems(headers []string) []problem {
	v := &validation{}
	v.server(c.Server)
	v.queue(c.Server.Queue)
	v.wantf(c.Store.Retention >= 0, "store.retention", "%s is negative", c.Store.Retention)
	if k := c.Logs.KismetDB; k.Enabled || k.File != "" {
		v.template("logs.kismetdb.file", k.File)
	}
	v.pcapng(c.Logs.PcapNG)
	for i, text := range c.GPS {
		_, err := gps.Parse(text)
		v.wantf(err == nil, fmt.Sprintf("gps[%d]", i), "%s: %w", shown(text), err)
	}
	v.alerts(c.Alerts)
	for _, name := range slices.Sorted(maps.Keys(c.Detectors)) {
		v.wantf(slices.Contains(headers, name), "detectors."+name, "no such detector; `tocsin definitions` lists them")
	}
	for i, r := range c.Policy.Networks {
		for _, n := range r.Channels {
			v.wantf(n > 0 && n <= maxChannel, fmt.Sprintf("policy.networks[%d]", i), "channel %d is not from 1 to %d", n, maxChannel)
		}
	}
	for i, r := range c.Policy.Devices {
		key := fmt.Sprintf("policy.devices[%d]", i)
		v.wantf(r.Found || r.Lost, key, "found or lost must be true")
		v.wantf(r.Timeout >= 0, key, "timeout %s is negative", r.Timeout)
		v.wantf(r.Severity == nil || r.Severity.Valid(), key, "severity is none of the five")
	}
	v.notify(c.Notify)
	return v.list
}

// validation collects problems.
type validation struct{ list []problem }

func (v *validation) wantf(ok bool, key, format string, args ...any) {
	if !ok {
		v.list = append(v.list, problem{key, fmt.Errorf(format, args...)})
	}
}

// server checks what is known without opening a file or a port; that is done when the server starts.
func (v *validation) server(s Server) {
	v.listen("server.listen", s.Listen, ":2501 or 127.0.0.1:2501")
	v.listen("server.remote.listen", s.Remote.Listen, ":3501 or 127.0.0.1:3501")
	v.wantf((s.TLS.Cert == "") == (s.TLS.Key == ""), "server.tls", "cert and key go together")
	v.wantf(s.TLS.Cert == "" || len(s.ACME.Domains) == 0, "server.acme", "give a certificate (server.tls) or domains to ask for one, not both")
	for i, domain := range s.ACME.Domains {
		ok := isHost(domain) && net.ParseIP(domain) == nil && strings.Contains(domain, ".")
		v.wantf(ok, fmt.Sprintf("server.acme.domains[%d]", i), "%s is no domain name", shown(domain))
	}
	v.wantf(s.ACME.Email == "" || len(s.ACME.Domains) > 0, "server.acme.email", "is of no use without domains")
	name, domain, _ := strings.Cut(s.ACME.Email, "@")
	v.wantf(s.ACME.Email == "" || name != "" && !strings.ContainsAny(name, " \t") && isHost(domain), "server.acme.email", "%s is no mail address", shown(s.ACME.Email))
	v.wantf(isOrigin(s.CORS.Origin), "server.cors.origin", "%s is not *, and not an origin such as https://dash.example.com", shown(s.CORS.Origin))
	v.wantf(isPrefix(s.URIPrefix), "server.uri_prefix", "%s is not a path such as /tocsin, of letters, digits, - . _ ~ and /, without / at its end", shown(s.URIPrefix))
}

func (v *validation) listen(key, address, example string) {
	host, port, err := net.SplitHostPort(address)
	v.wantf(err == nil, key, "%s is not host:port, such as %s", shown(address), example)
	if err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		v.wantf(err == nil && n <= 65535, key, "port %s is not a number from 0 to 65535", shown(port))
		v.wantf(host == "" || isHost(host), key, "%s is no address and no host name", shown(host))
	}
}

// queue bounds what waits: a live source without room would lose everything.
func (v *validation) queue(q Queue) {
	v.wantf(q.Limit > 0, "server.queue.limit", "%d is not positive", q.Limit)
	v.wantf(q.Limit <= maxQueue, "server.queue.limit", "%d is more than %d", q.Limit, maxQueue)
	v.wantf(q.Warning >= 0, "server.queue.warning", "%d is negative", q.Warning)
}

// isHost takes an IP address or a name of letters, digits, hyphens and underscores, parted by dots.
func isHost(s string) bool {
	address, _, _ := strings.Cut(s, "%") // an IPv6 zone
	if net.ParseIP(address) != nil {
		return true
	}
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(s, "."), ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, letters+"-_") != "" || label[0] == '-' {
			return false
		}
	}
	return true
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// isOrigin is strict because the origin is sent in a header. Empty counts as *.
func isOrigin(s string) bool {
	if s == "" || s == "*" {
		return true
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isHost(u.Hostname()) && s == u.Scheme+"://"+u.Host
}

// isPrefix is strict because the prefix is compared with the paths of requests and gets into links.
func isPrefix(s string) bool {
	if s == "" {
		return true
	}
	for part := range strings.SplitSeq(strings.TrimPrefix(s, "/"), "/") {
		if part == "" || part == "." || part == ".." || strings.Trim(part, letters+"-._~") != "" {
			return false
		}
	}
	return s[0] == '/'
}

// template refuses a sign that nothing fills in.
func (v *validation) template(key, s string) {
	v.wantf(s != "", key, "is empty")
	v.wantf(!strings.ContainsFunc(s, unicode.IsControl), key, "holds a control character")
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			continue
		}
		if i++; i == len(s) || !strings.Contains(templateSigns, s[i:i+1]) {
			v.wantf(false, key, "after %% may stand one of %s", strings.Join(strings.Split(templateSigns, ""), ", "))
			return
		}
	}
}

// pcapng wants names that differ, and files of a size that rotation can keep below the total.
func (v *validation) pcapng(p PcapNG) {
	if p.File != "" {
		const key = "logs.pcapng.file"
		v.template(key, p.File)
		v.wantf(slices.ContainsFunc([]string{"%t", "%T", "%i", "%I"}, func(sign string) bool { return strings.Contains(p.File, sign) }), key,
			"needs %%i, %%I, %%t or %%T, so that each file has a name of its own")
	}
	v.wantf(p.FileMB >= 1 && p.FileMB <= maxFileMB, "logs.pcapng.file_mb", "%d is not from 1 to %d", p.FileMB, maxFileMB)
	v.wantf(p.FileAge == 0 || p.FileAge >= time.Second, "logs.pcapng.file_age", "%s is less than a second", p.FileAge)
	v.wantf(p.TotalMB == 0 || p.TotalMB >= 2*p.FileMB && p.TotalMB <= maxTotalMB, "logs.pcapng.total_mb",
		"%d is neither 0, for no bound, nor from twice file_mb (%d) to %d", p.TotalMB, p.FileMB, maxTotalMB)
	v.wantf(slices.Contains(PcapNGFrames, p.Frames), "logs.pcapng.frames", "%s is none of %s", shown(p.Frames), strings.Join(PcapNGFrames, ", "))
}

// templateSigns are the placeholders of KismetDB.File.
const templateSigns = "dDtTliI"

func (v *validation) alerts(a Alerts) {
	v.wantf(a.Backlog >= 0, "alerts.backlog", "%d is negative", a.Backlog)
	v.wantf(a.Backlog <= maxBacklog, "alerts.backlog", "%d is more than %d", a.Backlog, maxBacklog)
	v.wantf(a.Quiet > 0, "alerts.quiet", "%s is not positive", a.Quiet)
	v.wantf(len(a.AtStart) <= maxStart, "alerts.at_start", "%d are more than %d", len(a.AtStart), maxStart)
	for i, s := range a.AtStart {
		key := fmt.Sprintf("alerts.at_start[%d]", i)
		v.wantf(s.Header != "" && len(s.Header) <= 64 && strings.Trim(s.Header, letters+"-_.") == "", key, "header %s is not a name such as MAINTENANCE", shown(s.Header))
		v.wantf(s.Text != "" && len(s.Text) <= maxStartText, key, "text must have 1 to %d octets", maxStartText)
	}
}
