// Package kismetdb writes the log that Kismet calls kismetdb: one SQLite file that tools for such logs open while it
// is written.
//
// # Format
//
// Version 9 of the peer's schema, every table with exactly its columns; docs/format/kismetdb.md draws it. Rows of devices
// and data are never written: what they would hold is not known here. The journal is kept beside the file (PERSIST) while the log is
// open, and deleted when it is closed.
//
// # Concurrency
//
// Run is called once. Packet, Offer and Flush belong to one goroutine at a time, and never wait: what finds no room is lost and
// counted. Counts, Lost, Export, DropBefore and Note may be called at any time by anybody.
//
// # Memory
//
// Packets wait in 32 blocks of 256 KiB, alerts and messages in a subscription of 1024 events, and a transaction is committed
// after some seconds, 4096 rows or 8 MiB, whichever comes first.
package kismetdb
