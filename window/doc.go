// Package window is bounded memory over time, keyed by what an attacker may choose: maps, counters, alarms and sets
// that never grow beyond the size they were made with.
//
// # Time
//
// Times are a time.Duration since the Unix epoch and come from frames. They may go back: what is less than a span
// late (sources out of step) counts as what it is; what goes back further makes the key forget what it held, so that
// a wrong clock can neither freeze a key nor fill it. Any jump forwards ends the window.
//
// # Concurrency
//
// Nothing here may be used by two goroutines at once.
//
// # Memory
//
// A Map takes its memory when it is made: sizeof(K) + sizeof(V) + 24 octets a key, and 8 to 16 for the index. The value
// of a Counter is 80 octets, of an Alarm 96, of a Set 8. That of a Distinct is 40 and grows with need by 8 + sizeof(V)
// for each value kept (its first key has their place from the start); the place of an evicted key is used again. In steady
// state nothing is allocated.
package window
