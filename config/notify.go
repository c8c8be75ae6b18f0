package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // small machines have no list of time zones

	"go.yaml.in/yaml/v4"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
	"github.com/tocsin-wids/tocsin/notify/post"
)

// Notify is who is told of incidents.
type Notify struct {
	Receivers map[string]Receiver
	Routes    []notify.Route // the first that has a receiver tells it
	Link      string         // under which people reach the server, for links in messages; empty: without
}

// Receiver is one way to tell somebody. Which members count depends on the kind.
type Receiver struct {
	Kind     string // mail, or one of post.Kinds
	URL      Secret
	To       []string
	Token    Secret
	Secret   Secret // by which webhooks are signed
	Server   string // of mail
	TLS      string // of mail: starttls, tls, none
	User     string
	Password Secret
	From     string
}

// mailKind is the kind of receiver that no HTTP reaches.
const mailKind = "mail"

// Secret is where a secret is: file:PATH, env:NAME, or, where it need not be one, the text itself.
type Secret string

// Read returns the secret. The error names the place and never what is there.
func (s Secret) Read() (string, error) {
	if name, ok := strings.CutPrefix(string(s), "env:"); ok {
		if text := os.Getenv(name); text != "" {
			return text, nil
		}
		return "", fmt.Errorf("the environment has no %s", name)
	}
	name, ok := strings.CutPrefix(string(s), "file:")
	if !ok {
		return string(s), nil
	}
	b, err := readFile(name)
	if err != nil {
		return "", fmt.Errorf("read the secret: %w", err)
	}
	text, _, _ := strings.Cut(string(b), "\n")
	if text = strings.TrimSpace(text); text == "" {
		return "", fmt.Errorf("the first line of %s is empty", shownPath(name))
	}
	return text, nil
}

func (s Secret) isReference() bool {
	return s == "" || strings.HasPrefix(string(s), "file:") || strings.HasPrefix(string(s), "env:")
}

// defaultRoute is what a route that says no more does: it tells at once what begins together, again after a quarter of an hour if
// there is more, and reminds four times a day.
func defaultRoute() notify.Route {
	return notify.Route{
		Match: notify.Match{Severity: tocsin.Medium}, By: []notify.Label{notify.ByHeader, notify.BySite},
		Wait: 10 * time.Second, Interval: 15 * time.Minute, Repeat: 6 * time.Hour, Relief: true, Urgent: tocsin.Critical,
	}
}

func (r *yamlReader) notify(key string, n *yaml.Node) {
	c := &r.draft.config.Notify
	r.mapping(key, n, keys{
		"link": r.text(&c.Link),
		"receivers": func(key string, n *yaml.Node) {
			r.mapping(key, n, nil, func(name, key string, n *yaml.Node) {
				var to Receiver
				r.mapping(key, n, keys{
					"kind": r.text(&to.Kind), "url": r.text((*string)(&to.URL)), "to": r.oneOrMore(&to.To), "token": r.text((*string)(&to.Token)),
					"secret": r.text((*string)(&to.Secret)), "server": r.text(&to.Server), "tls": r.text(&to.TLS), "user": r.text(&to.User),
					"password": r.text((*string)(&to.Password)), "from": r.text(&to.From),
				}, nil)
				r.set(key, n)
				if c.Receivers == nil {
					c.Receivers = map[string]Receiver{}
				}
				c.Receivers[name] = to
			})
		},
		"routes": func(key string, n *yaml.Node) {
			r.list(key, n, func(item string, n *yaml.Node) {
				words := routeWords{Route: defaultRoute()}
				r.mapping(item, n, words.keys(r), nil)
				keep(r, key, &c.Routes, words.route, item, n)
			})
		},
	}, nil)
}

// oneOrMore takes one text, or a list of them.
func (r *yamlReader) oneOrMore(to *[]string) setter {
	return func(key string, n *yaml.Node) {
		if n.Kind != yaml.ScalarNode {
			r.texts(to)(key, n)
			return
		}
		var text string
		r.text(&text)(key, n)
		*to = append(*to, text)
	}
}

// routeWords is a route as it is written.
type routeWords struct {
	notify.Route
	severity, urgent, zone string
	confidence             int
	classes, by, days      []string
	rests                  bool
	from, to               string
}

func (w *routeWords) keys(r *yamlReader) keys {
	return keys{
		"receivers": r.texts(&w.Receivers), "severity": r.text(&w.severity), "confidence": r.number(&w.confidence), "classes": r.texts(&w.classes),
		"alerts": r.texts(&w.Match.Headers), "subjects": r.texts(&w.Match.Subjects), "sensors": r.texts(&w.Match.Sensors), "sites": r.texts(&w.Match.Sites),
		"group_by": r.texts(&w.by), "wait": r.duration(&w.Wait), "interval": r.duration(&w.Interval), "repeat": r.duration(&w.Repeat),
		"resolved": r.boolean(&w.Relief), "urgent": r.text(&w.urgent),
		"quiet_hours": func(key string, n *yaml.Node) {
			w.rests = true
			r.mapping(key, n, keys{"from": r.text(&w.from), "to": r.text(&w.to), "days": r.texts(&w.days), "zone": r.text(&w.zone)}, nil)
		},
	}
}

// route reads the words.
func (w *routeWords) route() (notify.Route, error) {
	route := w.Route
	var mistakes []error
	severity := func(to *tocsin.Severity, word string) {
		s, err := parseSeverity(word)
		if word != "" {
			*to = s
			mistakes = append(mistakes, err)
		}
	}
	severity(&route.Match.Severity, w.severity)
	severity(&route.Urgent, w.urgent)
	if w.confidence < 0 || w.confidence > 100 {
		mistakes = append(mistakes, fmt.Errorf("confidence %d is not from 0 to 100", w.confidence))
	}
	route.Match.Confidence = tocsin.Confidence(w.confidence)
	for _, c := range w.classes {
		route.Match.Classes = append(route.Match.Classes, tocsin.Class(strings.ToUpper(c)))
	}
	if w.by != nil {
		route.By = nil
	}
	for _, l := range w.by {
		route.By = append(route.By, notify.Label(l))
		if !slices.Contains(notify.Labels, notify.Label(l)) {
			mistakes = append(mistakes, fmt.Errorf("group_by %s is none of %v", shown(l), notify.Labels))
		}
	}
	for _, p := range slices.Concat(route.Match.Headers, route.Match.Subjects, route.Match.Sensors) {
		if _, err := path.Match(p, ""); err != nil {
			mistakes = append(mistakes, fmt.Errorf("%s is no pattern", shown(p)))
		}
	}
	if len(route.Receivers) == 0 {
		mistakes = append(mistakes, errors.New("a route needs receivers"))
	}
	if w.rests {
		rest, err := w.rest()
		route.Rest = rest
		mistakes = append(mistakes, err)
	}
	return route, errors.Join(mistakes...)
}

func (w *routeWords) rest() (*notify.Rest, error) {
	rest := &notify.Rest{Zone: time.Local}
	var mistakes []error
	clock := func(to *time.Duration, word string) {
		t, err := time.Parse("15:04", word)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("quiet_hours: %s is no time of day such as 22:00", shown(word)))
		}
		*to = time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	}
	clock(&rest.From, w.from)
	clock(&rest.To, w.to)
	for _, word := range w.days {
		at := slices.IndexFunc(weekdays, func(d time.Weekday) bool { return strings.EqualFold(d.String()[:3], word) })
		if at < 0 {
			mistakes = append(mistakes, fmt.Errorf("quiet_hours: %s is no day such as mon", shown(word)))
			continue
		}
		rest.Days = append(rest.Days, weekdays[at])
	}
	if w.zone != "" {
		zone, err := time.LoadLocation(w.zone)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("quiet_hours: %s is no time zone such as Europe/Berlin", shown(w.zone)))
		} else {
			rest.Zone = zone
		}
	}
	return rest, errors.Join(mistakes...)
}

var weekdays = []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}

func parseSeverity(word string) (tocsin.Severity, error) {
	for _, s := range tocsin.Severities() {
		if strings.EqualFold(s.String(), word) {
			return s, nil
		}
	}
	return 0, fmt.Errorf("%s is no severity; there are info, low, medium, high, critical", shown(word))
}

func (v *validation) notify(c Notify) {
	for _, name := range slices.Sorted(maps.Keys(c.Receivers)) {
		to, key := c.Receivers[name], "notify.receivers."+shown(name)
		known := to.Kind == mailKind || slices.Contains(post.Kinds(), to.Kind)
		v.wantf(known, key, "%s is no kind of receiver; there are %s, mail", shown(to.Kind), strings.Join(post.Kinds(), ", "))
		for word, s := range map[string]Secret{"token": to.Token, "secret": to.Secret, "password": to.Password} {
			v.wantf(s.isReference(), key, "%s must not stand here: write file:PATH or env:NAME, and put it there", word)
		}
		used := slices.ContainsFunc(c.Routes, func(r notify.Route) bool { return slices.Contains(r.Receivers, name) })
		v.wantf(used, key, "no route tells it anything")
	}
	for i, r := range c.Routes {
		key := fmt.Sprintf("notify.routes[%d]", i)
		for _, name := range r.Receivers {
			_, ok := c.Receivers[name]
			v.wantf(ok, key, "there is no receiver %s", shown(name))
		}
		for word, d := range map[string]time.Duration{"wait": r.Wait, "interval": r.Interval, "repeat": r.Repeat} {
			v.wantf(d >= 0 && d <= maxDays*24*time.Hour, key, "%s is negative or too long", word)
		}
		v.wantf(r.Repeat == 0 || r.Repeat >= time.Minute, key, "repeat is less than a minute")
	}
}

func (p *printer) notify(c Notify) {
	p.text("link", c.Link)
	p.section("receivers", func() {
		for _, name := range slices.Sorted(maps.Keys(c.Receivers)) {
			comment, ok := p.comment(p.key(shown(name)))
			if !ok {
				continue
			}
			p.line(plainKey(name)+":", comment)
			p.path = append(p.path, name)
			to := c.Receivers[name]
			for _, t := range []struct{ name, value string }{
				{"kind", to.Kind}, {"url", string(to.URL)}, {"token", string(to.Token)}, {"secret", string(to.Secret)}, {"server", to.Server}, {"tls", to.TLS},
				{"user", to.User}, {"password", string(to.Password)}, {"from", to.From},
			} {
				if t.value != "" {
					p.line(t.name+": "+quote(t.value), "")
				}
			}
			if len(to.To) > 0 {
				p.line("to: "+quotes(to.To), "")
			}
			p.path = p.path[:len(p.path)-1]
		}
	})
	items(p, "routes", c.Routes, printRoute)
}

func printRoute(r notify.Route, put func(name, value string)) {
	put("receivers", quotes(r.Receivers))
	put("severity", strings.ToLower(r.Match.Severity.String()))
	put("confidence", fmt.Sprint(r.Match.Confidence))
	var classes, by []string
	for _, c := range r.Match.Classes {
		classes = append(classes, string(c))
	}
	for _, l := range r.By {
		by = append(by, string(l))
	}
	for _, l := range []struct {
		name string
		list []string
	}{{"classes", classes}, {"alerts", r.Match.Headers}, {"subjects", r.Match.Subjects}, {"sensors", r.Match.Sensors}, {"sites", r.Match.Sites}} {
		if len(l.list) > 0 {
			put(l.name, quotes(l.list))
		}
	}
	put("group_by", quotes(by))
	put("wait", r.Wait.String())
	put("interval", r.Interval.String())
	put("repeat", r.Repeat.String())
	put("resolved", fmt.Sprint(r.Relief))
	put("urgent", strings.ToLower(r.Urgent.String()))
	if r.Rest != nil {
		put("quiet_hours", printRest(r.Rest))
	}
}

func printRest(r *notify.Rest) string {
	clock := func(d time.Duration) string { return fmt.Sprintf(`"%02d:%02d"`, int(d.Hours()), int(d.Minutes())%60) }
	text := fmt.Sprintf("{from: %s, to: %s", clock(r.From), clock(r.To))
	if len(r.Days) > 0 {
		var days []string
		for _, d := range r.Days {
			days = append(days, strings.ToLower(d.String()[:3]))
		}
		text += ", days: [" + strings.Join(days, ", ") + "]"
	}
	if r.Zone != time.Local {
		text += ", zone: " + quote(r.Zone.String())
	}
	return text + "}"
}
