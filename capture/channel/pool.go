package channel

import (
	"slices"
	"sync"
)

// Pool is the radios that share the work. It may be used by several goroutines.
type Pool struct {
	mu      sync.Mutex
	members []*Member
	version uint64
}

// Member is one radio of a pool.
type Member struct {
	pool  *Pool
	list  []Channel
	share []Channel
}

// Join adds a radio that would listen to all of list, which is not empty, if it were alone. All shares change.
func (p *Pool) Join(list []Channel) *Member {
	p.mu.Lock()
	defer p.mu.Unlock()
	m := &Member{pool: p, list: unique(list)}
	p.members = append(p.members, m)
	p.deal()
	return m
}

// Leave takes the radio out; the others listen to its channels from now on.
func (m *Member) Leave() {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	m.pool.members = slices.DeleteFunc(m.pool.members, func(other *Member) bool { return other == m })
	m.pool.deal()
}

// Share returns the channels that the radio is to listen to, and a number that changes when they may have changed.
func (m *Member) Share() (list []Channel, version uint64) {
	m.pool.mu.Lock()
	defer m.pool.mu.Unlock()
	return m.share, m.pool.version
}

func (p *Pool) deal() {
	lists := make([][]Channel, len(p.members))
	for i, m := range p.members {
		lists[i] = m.list
	}
	for i, share := range Deal(lists) {
		p.members[i].share = share
	}
	p.version++
}

// Deal divides channels among radios, of which each can listen to those of its list. Every channel goes to one radio, those
// that few can listen to first, to whoever has the fewest so far. A radio for which none is left gets its whole list: a channel
// heard twice is better than a radio that hears nothing.
func Deal(lists [][]Channel) [][]Channel {
	able := map[Channel][]int{}
	var all []Channel
	for radio, list := range lists {
		for _, c := range unique(list) {
			if able[c] == nil {
				all = append(all, c)
			}
			able[c] = append(able[c], radio)
		}
	}
	slices.SortStableFunc(all, func(a, b Channel) int { return len(able[a]) - len(able[b]) })
	shares := make([][]Channel, len(lists))
	for _, c := range all {
		least := able[c][0]
		for _, radio := range able[c][1:] {
			if len(shares[radio]) < len(shares[least]) {
				least = radio
			}
		}
		shares[least] = append(shares[least], c)
	}
	for radio := range shares {
		if shares[radio] == nil {
			shares[radio] = unique(lists[radio])
		}
	}
	return shares
}
