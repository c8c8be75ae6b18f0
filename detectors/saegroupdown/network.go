package saegroupdown

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
)

// usage is what an access point says of a group.
type usage struct {
	group    uint16
	sequence uint16 // of the newest refusal
	touched  time.Duration
	used     bool // it sent a commit in this group, last at usedAt
	refused  bool // it refused the group, last at refusedAt
	counted  bool // this refusal was counted
	usedAt   time.Duration

	refusedAt time.Duration
	victim    dot11.Addr // whom it refused the group
	number    uint64     // of the frame that did
}

const (
	maxGroups   = 8 // clients and access points in use have three or four
	maxEvidence = 8
)

// network is what an access point says of groups.
type network struct {
	groups  [maxGroups]usage
	numbers [maxEvidence]uint64
	noted   int
}

// usage returns that of a group; the one that was not heard of for longest makes room.
func (n *network) usage(group uint16, at time.Duration) *usage {
	oldest := &n.groups[0]
	for i := range n.groups {
		u := &n.groups[i]
		if u.group == group {
			u.touched = at
			return u
		}
		if u.touched < oldest.touched {
			oldest = u
		}
	}
	*oldest = usage{group: group, touched: at}
	return oldest
}

// refuse notes a refusal, and reports whether it is another one and no repetition of the radio's.
func (u *usage) refuse(f *dot11.Frame, o *tocsin.Observation) bool {
	if u.refused && f.IsRetry() && u.sequence == f.Sequence && u.victim == f.Addr1 {
		return false
	}
	u.refused, u.counted = true, false
	u.refusedAt, u.sequence, u.victim, u.number = o.Time, f.Sequence, f.Addr1, o.Number
	return true
}

// contradicts reports whether the newest refusal was not counted, and the group was used before it, less than memory ago, or
// less than span after it.
func (u *usage) contradicts(span, memory time.Duration) bool {
	if !u.used || !u.refused || u.counted {
		return false
	}
	gap := u.usedAt - u.refusedAt
	return gap < span && gap > -memory
}

func (n *network) note(number uint64) {
	n.numbers[n.noted%maxEvidence] = number
	n.noted++
}

// evidence returns the numbers of the newest refusals that were counted, oldest first.
func (n *network) evidence() (frames []uint64) {
	for i := max(0, n.noted-maxEvidence); i < n.noted; i++ {
		frames = append(frames, n.numbers[i%maxEvidence])
	}
	return frames
}
