// Package events delivers alerts, messages, and what the server tells of itself to websocket clients as Kismet's eventbus
// does.
//
// A publisher hands events to the ledger; what an event carries is an api.Payload with a table of its members, so a new
// topic needs no change here. Tick makes those of every second.
//
// # Format
//
// A message is one event: an object whose one member is named by the topic. It is encoded once for all who want it in the
// same form, as a whole frame of RFC 6455; frames are written past the websocket library, which reads, answers pings
// and closes.
//
// # Concurrency
//
// A Hub is safe for concurrent use. Run distributes, and returns after the goroutines of all clients have. A few workers
// write to the clients in turn, without ever waiting for one: each takes all that waits for it, so that writes grow when
// clients are many and their number does not. A client that does not take everything at once gets a goroutine that
// waits for it. Nothing else does: it loses its oldest events, is told how many, and is closed when it does not catch
// up. A client's lock is taken after the Hub's.
//
// # Memory
//
// Clients, their queues, their subscriptions and their messages are bounded. A client that keeps up costs about 9 kB, most of
// it the goroutine that reads.
package events
