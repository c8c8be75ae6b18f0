package droneid

import (
	"fmt"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/remoteid"
)

// finding says what a drone tells of itself.
func finding(f *flight, sender tocsin.MAC) tocsin.Finding {
	text := fmt.Sprintf("A drone is near, by its own word: %s tells of %s%s%s%s", sender, called(&f.Report), status(f.Status), where(&f.Report), operator(&f.Report))
	what := "messages of remote identification"
	if f.dji && f.Has == 0 {
		text = fmt.Sprintf("A drone of DJI is near, by its own word: %s sends what those tell of themselves", sender)
		what = "elements of DJI's identification"
	}
	subject := sender.String()
	if f.Has&remoteid.HasID != 0 {
		subject = called(&f.Report)
	}
	return tocsin.Finding{
		Text:    text,
		Reason:  tocsin.Reason{What: what, Observed: fmt.Sprintf("%d in %s", f.messages, f.last-f.first)},
		Subject: subject,
	}
}

// called names a drone.
func called(r *remoteid.Report) string {
	if r.Has&remoteid.HasID == 0 {
		return "one without a name"
	}
	kind := [...]string{
		remoteid.NoID: "drone", remoteid.SerialNumber: "serial number", remoteid.Registration: "registration",
		remoteid.FlightUUID: "flight", remoteid.Session: "session",
	}
	name := "drone"
	if int(r.IDType) < len(kind) {
		name = kind[r.IDType]
	}
	return name + " " + tocsin.Quote(r.ID.Text())
}

func status(s remoteid.Status) string {
	switch s {
	case remoteid.OnGround:
		return ", on the ground"
	case remoteid.Airborne:
		return ", in the air"
	case remoteid.Emergency:
		return ", in an emergency"
	}
	return ""
}

func where(r *remoteid.Report) string {
	var s strings.Builder
	if r.Has&remoteid.HasPosition != 0 {
		s.WriteString(" at " + place{Position: r.Position}.String())
	}
	if r.Has&remoteid.HasHeight != 0 {
		fmt.Fprintf(&s, ", %.0f m high", r.Height)
	}
	return s.String()
}

func operator(r *remoteid.Report) string {
	var s strings.Builder
	if r.Has&remoteid.HasOperatorID != 0 {
		s.WriteString(", flown by " + tocsin.Quote(r.OperatorID.Text()))
	}
	if r.Has&remoteid.HasOperator != 0 {
		s.WriteString(", from " + place{Position: r.Operator}.String())
	}
	return s.String()
}
