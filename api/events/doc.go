// Package events delivers alerts, messages and the time to websocket clients as Kismet's eventbus does.
//
// # Concurrency
//
// A Hub is safe for concurrent use. Run distributes; each client has three goroutines, which end before its request
// does. Nothing waits for a slow client: it loses its oldest events, is told how many, and is closed when it does not
// catch up.
//
// # Memory
//
// Clients, their queues, their subscriptions and their messages are bounded; an event is encoded once for all who
// want it in the same form.
package events
