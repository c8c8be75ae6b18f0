// Package remote takes what Kismet's capture tools hear on other machines. They connect over TCP or a websocket, announce
// themselves, and are one source each, by their UUID, however often they come back.
//
// # Sessions
//
// A sensor has five seconds to announce itself; then it is asked to open its source, by the definition that it sent itself,
// to the letter. Its packets come when it has opened it. The tools have traps, which are avoided: over TCP they read one frame at a
// time, so that no second one is sent before the first is answered; over a websocket they send only when they are spoken to, so
// that they are each second, and take no message of more than 4096 octets; one that cannot be tuned crashes when it is told
// to. What a sensor does wrong ends its own session, with a reason that is told once, and nobody else's.
//
// # Time
//
// A sensor's clock may be wrong, and its packets come in batches up to a second late. So packets of radios get the
// time that this machine's clock had when they were heard: their own time plus the smallest difference to their arrival of late.
// Their distances are the sensor's, and no time is later than the arrival. With timestamp=false the sensor's own times are
// kept as long as they are within a minute of that. Packets of files keep theirs, unless timestamp=true.
//
// # Concurrency
//
// A Server is safe for concurrent use. Each session has a goroutine that accepts it, and two while a Source's Run hears it: Run's own
// reads, the other writes. A Source's lock is taken after the Server's.
//
// # Memory
//
// Sessions, sources, and those who have not announced themselves are bounded. A session takes 16 KiB, or 64 KiB once it
// needed a longer frame, and some 25 KiB for its goroutines; a source at most 80 KiB for its channels, 3 KiB commonly. Packets
// are decoded in place.
package remote
