// Package kismet answers the HTTP requests that clients of Kismet 2025-09 send about alerts, messages, logins and the
// server itself, so that they work unchanged.
//
// # Concurrency
//
// The handler is safe for concurrent use and starts no goroutine. Answers to the same question between two alerts share
// their bytes.
//
// # Memory
//
// A request's body is at most 1 MiB, its JSON at most 64 deep. An answer is built whole before it is sent, but for
// packets of a log; of history it holds at most maxAnswer records.
package kismet
