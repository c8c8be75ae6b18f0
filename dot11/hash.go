package dot11

import (
	"hash/maphash"
	"math/bits"
)

// volatile marks the elements that access points change from frame to frame.
var volatile = [256]bool{
	ElementTIM: true, ElementBSSLoad: true, ElementChannelSwitch: true, ElementExtendedSwitch: true,
	ElementQuiet: true, ElementSecondaryOffset: true, ElementOverlappingScan: true, ElementReducedNeighbor: true,
	ElementMME: true,
}

// Hash returns a fingerprint of the elements' order and content, without the volatile ones: TIM, BSS load, channel
// switches, quiet, secondary channel offset, overlapping scan, MME and reduced neighbour reports. Those must be read
// in every frame by whoever needs them. Of more than sixteen volatile ones the others count. Nobody who does not know the seed can find two lists of one hash on purpose.
func (e *Elements) Hash(seed maphash.Seed) uint64 {
	var h uint64
	from := 0 // of the run of elements that count
	for _, i := range e.moving[:e.moves] {
		at := int(e.offsets[i])
		h = mix(h, seed, e.list[from:at])
		from = at + 2 + int(e.list[at+1])
	}
	h = mix(h, seed, e.list[from:e.end])
	return mix(h, seed, e.list[e.end:])
}

// mix adds a run of octets to h, so that the order of runs counts.
func mix(h uint64, seed maphash.Seed, run []byte) uint64 {
	if len(run) == 0 {
		return h
	}
	const odd = 0x9e3779b97f4a7c15
	return (bits.RotateLeft64(h, 23) ^ maphash.Bytes(seed, run)) * odd
}
