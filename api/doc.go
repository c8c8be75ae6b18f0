// Package api holds what the interfaces of the server share: the members of records, the formats they are written in,
// the choice of members by a client, and who a client is.
//
// # Format
//
// Each record is described once, by a table of Field; every format and every choice of members is driven by it.
// Records are appended to the caller's buffer and allocate nothing else.
//
// # Concurrency
//
// Tables and selections are read-only and may be shared.
package api
