// Package notify tells people of incidents: each of them once, through the ways that the configuration routes it to.
//
// What happens to an incident comes in as a Change. Routes choose whom it concerns; the changes of a route that belong
// together are one group, of which one message tells at a time, however many incidents a flood makes of it. A message
// is promised when the Outbox has it, and is then sent until its receiver took it or had a day to do so.
//
// # Concurrency
//
// Change may be called by several goroutines while Run runs. It never waits: what finds the queue full is counted, and the next
// change of the incident makes up for it.
//
// # Memory
//
// Groups and the incidents in each are bounded; a message names the worst few and counts the others.
package notify

import (
	"context"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Case is an incident as people are told of it. Texts may hold what came off the air: they are escaped as tocsin.Quote does.
type Case struct {
	ID         tocsin.ID
	Header     string
	Title      string // a few words
	Class      tocsin.Class
	Severity   tocsin.Severity
	Confidence tocsin.Confidence
	Text       string // who does what to whom
	Reason     tocsin.Reason
	Advice     string // what to do
	Subject    string // who it is about, as its fingerprint has it
	Network    string // BSSID; empty if it concerns none
	Channel    string
	Sensors    []string
	Site       string
	First      time.Time
	Last       time.Time
	Count      uint64 // findings
	Link       string // page of the incident; empty if the server does not know how it is reached
}

// Standing is what has become of a case.
type Standing uint8

// The standings. People are told of what is Open, and that it Ended if they were told of it.
const (
	Open         Standing = iota
	Acknowledged          // somebody sees to it: no reminders
	Muted                 // silenced, or explained by another
	Ended
)

// Change is what happened to a case, which is as it is now: it began, became worse, or stands otherwise than before. That it goes on
// is no change.
type Change struct {
	Case     Case
	Standing Standing
}

// Kind is why people are told.
type Kind uint8

// The kinds. News is of cases that began or became worse, a Reminder of those that still go on, a Relief that all have ended, a Test
// that somebody wants to know whether messages arrive.
const (
	News Kind = iota
	Reminder
	Relief
	Test
)

var kindNames = [...]string{News: "news", Reminder: "reminder", Relief: "relief", Test: "test"}

func (k Kind) String() string { return kindNames[k] }

// Message is one thing to tell.
type Message struct {
	ID    tocsin.ID // the same when it is sent again, so that a receiver can know it
	Kind  Kind
	Group string // the same for all messages of a group
	Time  time.Time
	Cases []Case // of which this tells, the worst first; at most maxTold
	More  int    // of which this tells without naming them
	Open  int    // cases of the group that go on
}

// Sender hands messages to one receiver. It is used by one goroutine at a time.
type Sender interface {
	// Send returns nil when the receiver has taken the message. An error that wraps ErrRefused is final: the receiver does not
	// want this message, and will not want it later.
	Send(ctx context.Context, m *Message) error
}

// maxTold is how many cases a message names.
const maxTold = 20
