// Package dot11 reads 802.11 frames and their elements in place.
//
// Clauses, tables and figures are those of IEEE 802.11-2020 unless said otherwise.
//
// # Hostile input
//
// Every decoder is total: whatever the bytes, it ends, reads nothing outside of them and writes nothing into them.
// A decoder keeps what it could read and tells what is wrong, because an attacker must be able neither to hide
// behind a malformed frame nor to have one taken for a well-formed one.
//
// # Memory
//
// Decoding allocates nothing. A Frame is about 500 bytes and indexes the first 96 elements.
//
// # Concurrency
//
// A Frame is used by one goroutine at a time; there is no state beside it.
package dot11
