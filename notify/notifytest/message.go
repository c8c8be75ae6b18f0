package notifytest

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/notify"
)

// Message returns a message with hostile text of the air in it, as tocsin.Quote writes it.
func Message() *notify.Message {
	at := time.Date(2026, 11, 24, 21, 0, 0, 0, time.UTC)
	c := notify.Case{
		ID: tocsin.NewID(at, 1, 2), Header: "DEAUTHFLOOD", Title: "Deauthentication flood", Class: tocsin.Denial, Severity: tocsin.High, Confidence: 90,
		Text: `Somebody throws stations out of "<b>*@everyone*\u{202e}"`, Reason: tocsin.Reason{What: "deauthentications in 1s", Observed: "40", Limit: "10"},
		Advice: "Look for the sender.", Subject: "00:1D:0F:10:00:01", Network: "00:1D:0F:10:00:01", Channel: "6", Sensors: []string{"roof"}, Site: "home",
		First: at, Last: at.Add(time.Minute), Count: 7, Link: "https://wids.example/incidents/1",
	}
	second := c
	second.ID, second.Severity, second.Title = tocsin.NewID(at, 2, 2), tocsin.Medium, "Channel changed"
	return &notify.Message{ID: tocsin.NewID(at, 3, 4), Group: "phone\x00DEAUTHFLOOD", Time: at.Add(time.Minute), Cases: []notify.Case{c, second}, More: 3, Open: 5}
}
