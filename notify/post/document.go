package post

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin/notify"
)

// document is a message as JSON.
type document struct {
	ID        string     `json:"id"`
	Kind      string     `json:"kind"`
	Group     string     `json:"group"`
	Time      time.Time  `json:"time"`
	Title     string     `json:"title"`
	Text      string     `json:"text"`
	Incidents []incident `json:"incidents"`
	More      int        `json:"more"`
	Open      int        `json:"open"`
}

type incident struct {
	ID         string    `json:"id"`
	Alert      string    `json:"alert"`
	Title      string    `json:"title"`
	Class      string    `json:"class"`
	Severity   string    `json:"severity"`
	Confidence int       `json:"confidence"`
	Text       string    `json:"text"`
	Reason     string    `json:"reason,omitempty"`
	Observed   string    `json:"observed,omitempty"`
	Limit      string    `json:"limit,omitempty"`
	Advice     string    `json:"advice,omitempty"`
	Subject    string    `json:"subject,omitempty"`
	Network    string    `json:"network,omitempty"`
	Channel    string    `json:"channel,omitempty"`
	Sensors    []string  `json:"sensors,omitempty"`
	Site       string    `json:"site,omitempty"`
	First      time.Time `json:"first_seen"`
	Last       time.Time `json:"last_seen"`
	Count      uint64    `json:"count"`
	Link       string    `json:"link,omitempty"`
}

func documentOf(m *notify.Message) document {
	d := document{
		ID: m.ID.String(), Kind: m.Kind.String(), Group: m.GroupKey(), Time: m.Time, Title: m.Title(), Text: m.Text(), Incidents: []incident{}, More: m.More, Open: m.Open,
	}
	for i := range m.Cases {
		c := &m.Cases[i]
		d.Incidents = append(d.Incidents, incident{
			ID: c.ID.String(), Alert: c.Header, Title: c.Title, Class: string(c.Class), Severity: fmt.Sprint(c.Severity), Confidence: int(c.Confidence),
			Text: c.Text, Reason: c.Reason.What, Observed: c.Reason.Observed, Limit: c.Reason.Limit, Advice: c.Advice, Subject: c.Subject,
			Network: c.Network, Channel: c.Channel, Sensors: c.Sensors, Site: c.Site, First: c.First, Last: c.Last, Count: c.Count, Link: c.Link,
		})
	}
	return d
}
