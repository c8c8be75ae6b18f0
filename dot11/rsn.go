package dot11

import "encoding/binary"

// RSN is the content of an RSN element (802.11-2020 §9.4.2.24).
type RSN struct {
	Version uint16
	Protection
	Capabilities uint16 // bit 6: MFP required, bit 7: MFP capable
	PMKIDs       uint16
	GroupMgmt    CipherSet // empty if not said
	// Pairwise and AKM suites as counted by the element, which a hostile one may overstate.
	PairwiseCount, AKMCount uint16
}

// Bits of the RSN Capabilities field (802.11-2020 §9.4.2.24.4).
const (
	rsnMFPRequired = 0x40
	rsnMFPCapable  = 0x80
)

// ParseRSN reads the data of an RSN element. Every field after the version may be left out from some point on:
// then the defaults of the standard hold. It reports false if the element is too short for a version, ends inside a
// field, or counts more than it holds; the result then has what came before.
func ParseRSN(d []byte) (RSN, bool) {
	r := RSN{}
	s := suites{d: d, oui: OUIIEEE}
	if len(d) < 2 {
		return r, false
	}
	r.Version, s.d = binary.LittleEndian.Uint16(d), d[2:]
	r.Protection = Protection{Present: true, Group: 1 << CipherCCMP, Pairwise: 1 << CipherCCMP, AKM: 1 << AKM8021X}
	r.read(&s)
	if !s.bad && len(s.d) > 0 {
		if r.Capabilities, s.bad = s.uint16(); s.bad {
			return r, false
		}
	}
	if !s.bad && len(s.d) > 0 {
		if r.PMKIDs, s.bad = s.uint16(); s.bad || int(r.PMKIDs)*16 > len(s.d) {
			return r, false
		}
		s.d = s.d[int(r.PMKIDs)*16:]
	}
	if !s.bad && len(s.d) > 0 {
		r.GroupMgmt = CipherSet(s.one())
	}
	return r, !s.bad
}

// ParseWPA reads a WPA element from behind its OUI and type. It has the layout and the numbers of an RSN element up
// to the AKM suites, under Microsoft's OUI.
func ParseWPA(d []byte) (RSN, bool) {
	r := RSN{}
	s := suites{d: d, oui: OUIMicrosoft}
	if len(d) < 2 {
		return r, false
	}
	r.Version, s.d = binary.LittleEndian.Uint16(d), d[2:]
	r.Protection = Protection{Present: true, Group: 1 << CipherTKIP, Pairwise: 1 << CipherTKIP, AKM: 1 << AKM8021X}
	r.read(&s)
	return r, !s.bad
}

// read reads group, pairwise and AKM suites.
func (r *RSN) read(s *suites) {
	if len(s.d) == 0 {
		return
	}
	if r.Group = CipherSet(s.one()); s.bad || len(s.d) == 0 {
		return
	}
	if set := s.list(&r.PairwiseCount); set != 0 {
		r.Pairwise = CipherSet(set)
	}
	if s.bad || len(s.d) == 0 {
		return
	}
	if set := s.list(&r.AKMCount); set != 0 {
		r.AKM = AKMSet(set)
	}
}

// suites reads suite selectors from the front of d. bad: d ended too early.
type suites struct {
	d   []byte
	oui uint32
	bad bool
}

func (s *suites) uint16() (n uint16, bad bool) {
	if len(s.d) < 2 {
		s.bad = true
		return 0, true
	}
	n, s.d = binary.LittleEndian.Uint16(s.d), s.d[2:]
	return n, false
}

// one reads one suite and returns its bit in a CipherSet or AKMSet.
func (s *suites) one() uint32 {
	if len(s.d) < 4 {
		s.bad = true
		return 0
	}
	oui, typ := binary.BigEndian.Uint32(s.d)>>8, s.d[3]
	s.d = s.d[4:]
	if oui != s.oui || typ > 30 {
		return 1 << 31
	}
	return 1 << typ
}

// list reads a count and so many suites.
func (s *suites) list(count *uint16) uint32 {
	n, bad := s.uint16()
	if bad {
		return 0
	}
	*count = n
	set := uint32(0)
	for range n {
		x := s.one()
		if s.bad {
			break
		}
		set |= x
	}
	return set
}
