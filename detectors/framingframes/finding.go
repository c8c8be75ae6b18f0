package framingframes

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/track"
)

// leaked is about data that was sent without its receiver's key.
func (d *detector) leaked(o *tocsin.Observation, p pair, r *request, how string) tocsin.Finding {
	after := o.Time - r.at
	who := p.client.String() + ", or somebody in its name,"
	if r.signs >= d.limits.Signs {
		who = "somebody in the name of " + p.client.String()
	}
	asked := "asked to join anew"
	if r.asleep {
		asked = "said that it sleeps and " + asked
	}
	f := tocsin.Finding{
		Text: fmt.Sprintf("The access point %s sends its client %s data %s, after %s %s: it gives away what it kept for it",
			p.bssid, p.client, how, who, asked),
		Reason: tocsin.Reason{
			What:     "data " + how + " to a client with a session, after a request to join in its name",
			Observed: after.Round(time.Millisecond).String() + " after it",
			Limit:    "none before the next handshake",
		},
		Subject: p.client.String(),
		Frames:  []uint64{r.number},
	}
	if r.signs < d.limits.Signs { // the client's own wish, it may be, and the access point's own fault
		high := tocsin.High
		f.Severity, f.Confidence = &high, 65
	}
	return f
}

// asked is about a request that is most likely not the client's.
func (d *detector) asked(o *tocsin.Observation, air *track.Sight) tocsin.Finding {
	medium := tocsin.Medium
	l := air.Link
	return tocsin.Finding{
		Text: fmt.Sprintf("Somebody says in the name of %s that it sleeps, and asks %s to let it join anew, while it has a session (%s): the access point may send what it kept in the clear",
			l.Station, l.BSSID, air.Doubt.Words(o)),
		Reason: tocsin.Reason{
			What:     "signs that a request to join is not the client's, which sent encrypted data just before",
			Observed: fmt.Sprintf("%d signs, encrypted data %s before", air.Doubt.Signs(), (o.Time - l.Encrypted.Station).Round(time.Millisecond)),
			Limit:    fmt.Sprintf("%d signs, %s", d.limits.Signs, d.limits.Active),
		},
		Subject:  l.Station.String(),
		Severity: &medium, Confidence: 60,
	}
}
