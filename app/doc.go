// Package app puts the stages together: an analysis of captures, or a server.
//
// # Concurrency
//
// One goroutine at a time runs a shard; sources take turns by the batch, never by the frame. Everything past the
// ledger is on other goroutines that the shard does not wait for.
package app
