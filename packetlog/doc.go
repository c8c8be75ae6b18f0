// Package packetlog writes the packets that are heard to pcapng files, which follow each other and of which the oldest are
// deleted.
//
// # Format
//
// One interface for each radio and link type, with the radio's name and, as its comment, the source it belongs to. Interface
// statistics tell how many packets of a radio the file lacks: those that were lost before the log, those that came faster than
// the disk takes them, and those that could not be written.
//
// # Concurrency
//
// Run is called once; Counts and Unwritten may be called at any time by anybody. The frame path does not wait for a log: what it
// offers waits in an export.Reader, and is lost and counted when that is full.
//
// # Memory
//
// Beside the reader a buffer of 256 KiB, and the names of the files.
package packetlog
