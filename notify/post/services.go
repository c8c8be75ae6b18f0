package post

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
)

// kind is a service and what it needs.
type kind struct {
	service   service
	url       string // if the options name none
	token, to bool   // needed
	help      string
}

// requests is a function as a service.
type requests func(o *Options, m *notify.Message) (*http.Request, error)

func (f requests) request(o *Options, m *notify.Message) (*http.Request, error) { return f(o, m) }

var kinds = map[string]kind{
	"webhook":      {service: requests(webhook), help: "url is where the JSON is posted to"},
	"ntfy":         {service: requests(ntfy), url: "https://ntfy.sh", to: true, help: "to is the topic; url another server than ntfy.sh; token what it wants"},
	"gotify":       {service: requests(gotify), token: true, help: "url is the server, token that of the application"},
	"pushover":     {service: requests(pushover), url: "https://api.pushover.net", token: true, to: true, help: "token is that of the application, to the key of the user"},
	"telegram":     {service: requests(telegram), url: "https://api.telegram.org", token: true, to: true, help: "token is that of the bot, to the chat"},
	"slack":        {service: requests(slack), help: "url is the incoming webhook"},
	"discord":      {service: requests(discord), help: "url is the webhook of the channel"},
	"teams":        {service: requests(teams), help: "url is that of the workflow that posts to the channel"},
	"matrix":       {service: requests(matrix), token: true, to: true, help: "url is the home server, token the access token, to the room (!…:…)"},
	"pagerduty":    {service: requests(pagerduty), url: "https://events.pagerduty.com", token: true, help: "token is the integration key"},
	"alertmanager": {service: requests(alertmanager), help: "url is the server"},
}

// Kinds names the kinds of receivers that there are.
func Kinds() []string { return slices.Sorted(maps.Keys(kinds)) }

// cut shortens a text to what a service takes, in characters.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

func asJSON(to string, v any) (*http.Request, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return post(to, "application/json", body)
}

// under returns a path below a server's address.
func under(server string, parts ...string) string {
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.TrimRight(server, "/") + "/" + strings.Join(parts, "/")
}

// webhook posts the message as JSON, see docs/notifications.md.
func webhook(o *Options, m *notify.Message) (*http.Request, error) {
	body, err := json.Marshal(documentOf(m))
	if err != nil {
		return nil, err
	}
	q, err := post(o.URL, "application/json", body)
	if err != nil {
		return nil, err
	}
	sign(q, o.Secret, body, time.Now())
	if o.Token != "" {
		q.Header.Set("Authorization", "Bearer "+o.Token)
	}
	return q, nil
}

// urgency is from 1, which can wait, to 5, which wakes people up.
func urgency(m *notify.Message) int {
	if m.Kind != notify.News && m.Kind != notify.Reminder || len(m.Cases) == 0 {
		return 2
	}
	switch s := m.Cases[0].Severity; {
	case s >= tocsin.Critical:
		return 5
	case s >= tocsin.High:
		return 4
	case s >= tocsin.Medium:
		return 3
	}
	return 2
}

// link is the page of the worst case.
func link(m *notify.Message) string {
	if len(m.Cases) == 0 {
		return ""
	}
	return m.Cases[0].Link
}

// ntfy: https://docs.ntfy.sh/publish/#publish-as-json
func ntfy(o *Options, m *notify.Message) (*http.Request, error) {
	v := map[string]any{"topic": o.To, "title": cut(m.Title(), 250), "message": cut(m.Text(), 3500), "priority": urgency(m)}
	if l := link(m); l != "" {
		v["click"] = l
	}
	q, err := asJSON(o.URL, v)
	if err == nil && o.Token != "" {
		q.Header.Set("Authorization", "Bearer "+o.Token)
	}
	return q, err
}

// gotify: https://gotify.net/docs/pushmsg
func gotify(o *Options, m *notify.Message) (*http.Request, error) {
	q, err := asJSON(under(o.URL, "message"), map[string]any{"title": m.Title(), "message": m.Text(), "priority": 2 * urgency(m)})
	if err == nil {
		q.Header.Set("X-Gotify-Key", o.Token)
	}
	return q, err
}

// pushover: https://pushover.net/api
func pushover(o *Options, m *notify.Message) (*http.Request, error) {
	return asJSON(under(o.URL, "1", "messages.json"), map[string]any{
		"token": o.Token, "user": o.To, "title": cut(m.Title(), 250), "message": cut(m.Text(), 1024),
		"priority": max(-1, min(1, urgency(m)-4)), "url": link(m),
	})
}

// telegram: https://core.telegram.org/bots/api#sendmessage. Plain text: nothing that came off the air is markup.
func telegram(o *Options, m *notify.Message) (*http.Request, error) {
	return asJSON(under(o.URL, "bot"+o.Token, "sendMessage"), map[string]any{
		"chat_id": o.To, "text": cut(m.Title()+"\n\n"+m.Text(), 4096), "link_preview_options": map[string]any{"is_disabled": true},
		"disable_notification": urgency(m) < 3,
	})
}

// plain escapes what Slack reads as markup.
var plain = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// slack: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
func slack(o *Options, m *notify.Message) (*http.Request, error) {
	block := func(kind, text string) map[string]any {
		return map[string]any{"type": kind, "text": map[string]any{"type": "plain_text", "text": text, "emoji": false}}
	}
	return asJSON(o.URL, map[string]any{
		"text": plain.Replace(m.Title()), "blocks": []any{block("header", cut(m.Title(), 150)), block("section", cut(m.Text(), 3000))},
	})
}

// discord: https://docs.discord.com/developers/resources/webhook. Nobody is mentioned, whatever an SSID says.
func discord(o *Options, m *notify.Message) (*http.Request, error) {
	embed := map[string]any{"title": cut(escape(m.Title()), 256), "description": cut(escape(m.Text()), 4096)}
	if l := link(m); l != "" {
		embed["url"] = l
	}
	return asJSON(o.URL, map[string]any{"username": "Tocsin", "allowed_mentions": map[string]any{"parse": []string{}}, "embeds": []any{embed}})
}

// escape takes the meaning from characters of Markdown.
func escape(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>()#+-.!|~@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// teams: a message with an adaptive card, which workflows of Teams take.
func teams(o *Options, m *notify.Message) (*http.Request, error) {
	text := func(text, weight string) map[string]any {
		return map[string]any{"type": "TextBlock", "text": escape(text), "wrap": true, "weight": weight}
	}
	var body []any
	body = append(body, text(m.Title(), "Bolder"))
	for line := range strings.SplitSeq(cut(m.Text(), 8000), "\n") {
		if line != "" {
			body = append(body, text(line, "Default"))
		}
	}
	return asJSON(o.URL, map[string]any{"type": "message", "attachments": []any{map[string]any{
		"contentType": "application/vnd.microsoft.card.adaptive",
		"content":     map[string]any{"$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4", "body": body},
	}}})
}

// matrix: https://spec.matrix.org, PUT of m.room.message. The transaction is the message, so that twice is once.
func matrix(o *Options, m *notify.Message) (*http.Request, error) {
	to := under(o.URL, "_matrix", "client", "v3", "rooms", o.To, "send", "m.room.message", m.ID.String())
	q, err := asJSON(to, map[string]any{"msgtype": "m.text", "body": cut(m.Title()+"\n\n"+m.Text(), 16_000)})
	if err != nil {
		return nil, err
	}
	q.Method = http.MethodPut
	q.Header.Set("Authorization", "Bearer "+o.Token)
	return q, nil
}

// pagerduty: https://developer.pagerduty.com/docs/events-api-v2. A group is one incident there.
func pagerduty(o *Options, m *notify.Message) (*http.Request, error) {
	severity := map[int]string{5: "critical", 4: "error", 3: "warning"}[urgency(m)]
	if severity == "" {
		severity = "info"
	}
	action := "trigger"
	if m.Kind == notify.Relief {
		action = "resolve"
	}
	source := "tocsin"
	if len(m.Cases) > 0 && len(m.Cases[0].Sensors) > 0 {
		source = m.Cases[0].Sensors[0]
	}
	v := map[string]any{
		"routing_key": o.Token, "event_action": action, "dedup_key": m.GroupKey(), "client": "Tocsin",
		"payload": map[string]any{
			"summary": cut(m.Title(), 1024), "source": source, "severity": severity, "timestamp": m.Time.Format(time.RFC3339),
			"custom_details": map[string]any{"text": m.Text(), "message": documentOf(m)},
		},
	}
	if l := link(m); l != "" {
		v["links"] = []any{map[string]any{"href": l, "text": "Incident"}}
	}
	return asJSON(under(o.URL, "v2", "enqueue"), v)
}

// alertmanager: POST /api/v2/alerts of Prometheus' Alertmanager, an alert for each case.
func alertmanager(o *Options, m *notify.Message) (*http.Request, error) {
	list := []any{}
	for i := range m.Cases {
		c := &m.Cases[i]
		labels := map[string]string{
			"alertname": c.Header, "class": string(c.Class), "severity": strings.ToLower(fmt.Sprint(c.Severity)), "subject": c.Subject, "incident": c.ID.String(),
		}
		if c.Site != "" {
			labels["site"] = c.Site
		}
		alert := map[string]any{
			"labels": labels, "annotations": map[string]string{"summary": c.Title, "description": c.Text, "runbook": c.Advice}, "startsAt": c.First.Format(time.RFC3339Nano),
		}
		if m.Kind == notify.Relief {
			alert["endsAt"] = m.Time.Format(time.RFC3339Nano)
		}
		if c.Link != "" {
			alert["generatorURL"] = c.Link
		}
		list = append(list, alert)
	}
	q, err := asJSON(under(o.URL, "api", "v2", "alerts"), list)
	if err == nil && o.Token != "" {
		q.Header.Set("Authorization", "Bearer "+o.Token)
	}
	return q, err
}
