// Package detect is the contract of a detector and the engine that shows frames to detectors.
//
// # Concurrency
//
// An Engine runs one shard: one site, whose frames it is given in order by one goroutine. Two engines share nothing
// but their Specs, which never change. Counts and ReadPolicy may be called by another goroutine, but only while Observe
// does not run.
//
// # Memory
//
// The engine itself holds some kilobytes, and 200 kilobytes more once a second sensor is heard, to recognise copies.
// What a detector holds is bounded by its own limits.
//
// # Time
//
// All times are those of the frames: the same frames give the same findings, whatever the machine does meanwhile.
package detect
