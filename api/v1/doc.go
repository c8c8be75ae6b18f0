// Package v1 is our own interface, for what the compatible one cannot say: alerts with their reasons, definitions with
// their limits, incidents, sensors, and a stream of what happens. docs/api.md is its manual.
//
// # Format
//
// Answers are JSON. Times are RFC 3339 in UTC, severities and units are words, and what is not known is absent. Errors
// are problems as of RFC 9457. The description in OpenAPI 3.1 is made from the types here and served; a copy is in
// testdata/openapi.json.
//
// # Concurrency
//
// A Handler is safe for concurrent use. Run distributes events to streams; a stream is served by the goroutine of its
// request. Nothing waits for a slow reader: what it did not read in time is overwritten, and it is told how much.
//
// # Memory
//
// Pages, streams and the events kept for them are bounded; an event is encoded once for all. An answer is built whole
// before it is sent.
package v1
