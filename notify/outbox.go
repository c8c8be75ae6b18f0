package notify

import (
	"context"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Outbox keeps what was promised until it was sent, through a crash.
type Outbox interface {
	// Put keeps all that is promised with it, or nothing.
	Put(ctx context.Context, p Promise) error

	// Done takes a letter out.
	Done(ctx context.Context, id tocsin.ID, receiver string) error

	// Waiting returns the letters that are in, the oldest first.
	Waiting(ctx context.Context) ([]Letter, error)

	// Known returns what people know, in no order.
	Known(ctx context.Context) ([]Known, error)
}

// Promise is letters to send, what people know by them, and what need not be remembered any more.
type Promise struct {
	Letters []Letter
	Known   []Known
	Forget  []Known
}

// Letter is a message to one receiver.
type Letter struct {
	Receiver string
	Message  *Message
}

// Known is that people know of a case.
type Known struct {
	Group    string
	Case     tocsin.ID
	Severity tocsin.Severity // that they know of
	Time     time.Time       // of the message
}
