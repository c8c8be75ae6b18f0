package app

import (
	"slices"
	"sync"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
)

// presence is the list of devices whose coming and going is told: that of the configuration, which clients change until
// the server stops. A change reaches the detectors between two batches, under the lock that a batch takes anyway: both of
// them see the same list for a whole batch, and no frame pays for it.
type presence struct {
	apply func(tocsin.Policy) // takes the lock of the shard

	mu     sync.Mutex
	policy tocsin.Policy
}

var _ kismet.Presence = (*presence)(nil)

// maxDevices bounds what clients can make the server look for.
const maxDevices = 4096

func newPresence(p tocsin.Policy, apply func(tocsin.Policy)) *presence {
	p.Devices = slices.Clone(p.Devices)
	for i := range p.Devices {
		p.Devices[i].Device = canonical(p.Devices[i].Device)
	}
	return &presence{policy: p, apply: apply}
}

// Devices returns the list.
func (p *presence) Devices() []tocsin.DeviceRule {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.policy.Devices)
}

// AddDevices has the comings and goings of devices told that are not told yet.
func (p *presence) AddDevices(w kismet.Watch, devices []tocsin.MACMask) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	rules := slices.Clone(p.policy.Devices)
	told, first := map[tocsin.MACMask]kismet.Watch{}, map[tocsin.MACMask]int{}
	for i, r := range rules {
		t, known := told[r.Device]
		if !known {
			first[r.Device] = i
		}
		told[r.Device] = kismet.Watch{Found: t.Found || r.Found, Lost: t.Lost || r.Lost}
	}
	for _, d := range devices {
		d = canonical(d)
		t, known := told[d]
		if !known {
			first[d] = len(rules)
			rules = append(rules, tocsin.DeviceRule{Device: d})
		}
		r := &rules[first[d]]
		r.Found, r.Lost = r.Found || w.Found && !t.Found, r.Lost || w.Lost && !t.Lost
		told[d] = kismet.Watch{Found: t.Found || w.Found, Lost: t.Lost || w.Lost}
	}
	if len(rules) > maxDevices {
		return tocsin.Errorf(tocsin.Invalid, "more than %d devices", maxDevices)
	}
	p.put(rules)
	return nil
}

// RemoveDevices has the comings or goings of devices no longer told, whoever listed them.
func (p *presence) RemoveDevices(w kismet.Watch, devices []tocsin.MACMask) {
	p.mu.Lock()
	defer p.mu.Unlock()
	gone := map[tocsin.MACMask]bool{}
	for _, d := range devices {
		gone[canonical(d)] = true
	}
	var rules []tocsin.DeviceRule
	for _, r := range p.policy.Devices {
		if gone[r.Device] {
			r.Found, r.Lost = r.Found && !w.Found, r.Lost && !w.Lost
		}
		if r.Found || r.Lost {
			rules = append(rules, r)
		}
	}
	p.put(rules)
}

func (p *presence) put(rules []tocsin.DeviceRule) {
	p.policy.Devices = rules
	p.apply(p.policy)
}

// canonical clears the bits that do not count, so that equal rules are equal.
func canonical(m tocsin.MACMask) tocsin.MACMask {
	for i := range m.Addr {
		m.Addr[i] &= m.Mask[i]
	}
	return m
}

// readPolicy puts a changed policy in force.
func (s *Server) readPolicy(p tocsin.Policy) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.shard.engine.ReadPolicy(p)
}
