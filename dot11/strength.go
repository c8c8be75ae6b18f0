package dot11

// Strength orders what networks ask of their clients from open upwards. Compared first is the weakest protection
// that a client may choose, because an attacker chooses it; then the strongest, which clients that can do better
// lose when it vanishes; then management frame protection. The order of protections is
//
//	open < WEP < OWE < TKIP < CCMP with PSK < PSK-SHA256 < SAE < 802.1X < 802.1X-SHA256 < Suite B
//
// WEP stands below OWE because it keeps out nobody, while OWE keeps out listeners. 802.1X stands above SAE because
// no secret is shared by all clients. CCMP and GCMP of all lengths are equal: none is broken.
type Strength uint16

// level is one protection of the order above.
type level uint8

const (
	levelOpen level = iota
	levelWEP
	levelOWE
	levelTKIP
	levelPSK
	levelPSKSHA256
	levelSAE
	level8021X
	level8021XSHA256
	levelSuiteB
)

// akmLevels is indexed by AKM suite; suites that no client joins a network with are levelOpen.
var akmLevels = [32]level{
	AKM8021X: level8021X, AKMFT8021X: level8021X,
	AKMPSK: levelPSK, AKMFTPSK: levelPSK,
	AKM8021XSHA256: level8021XSHA256, AKM8021XSHA384: level8021XSHA256, AKMFT8021XSHA384U: level8021XSHA256,
	AKMFILSSHA256: level8021XSHA256, AKMFILSSHA384: level8021XSHA256,
	AKMFTFILSSHA256: level8021XSHA256, AKMFTFILSSHA384: level8021XSHA256,
	AKMPSKSHA256: levelPSKSHA256, AKMPSKSHA384: levelPSKSHA256, AKMFTPSKSHA384: levelPSKSHA256,
	AKMSAE: levelSAE, AKMFTSAE: levelSAE, AKMSAEExt: levelSAE, AKMFTSAEExt: levelSAE,
	AKMSuiteB: levelSuiteB, AKMSuiteB192: levelSuiteB, AKMFT8021XSHA384: levelSuiteB,
	AKMOWE: levelOWE,
	// A vendor's suite is at least a shared secret.
	suiteOther: levelPSK,
}

// Strength returns the place of s in the order.
func (s Security) Strength() Strength {
	weakest, strongest := levelSuiteB, levelOpen
	for _, p := range [...]Protection{s.RSN, s.WPA} {
		if p.Present {
			low, high := p.levels()
			weakest, strongest = min(weakest, low), max(strongest, high)
		}
	}
	switch {
	case s.RSN.Present || s.WPA.Present:
	case s.Privacy:
		weakest, strongest = levelWEP, levelWEP
	case s.OWETransit:
		weakest, strongest = levelOpen, levelOWE
	default:
		weakest = levelOpen
	}
	mfp := Strength(0)
	if s.MFPRequired {
		mfp = 2
	} else if s.MFPCapable {
		mfp = 1
	}
	return Strength(weakest)<<8 | Strength(strongest)<<4 | mfp
}

// WeakerThan reports whether a network that asked b and now asks s has become weaker. It is false if either could
// not be read: then nothing is known.
func (s Security) WeakerThan(b Security) bool {
	return !s.Unreadable && !b.Unreadable && s.Strength() < b.Strength()
}

// levels returns the weakest and the strongest choice that p offers.
func (p Protection) levels() (weakest, strongest level) {
	weakest = levelSuiteB
	for i, l := range akmLevels {
		if p.AKM>>i&1 != 0 && l != levelOpen {
			weakest, strongest = min(weakest, l), max(strongest, l)
		}
	}
	if strongest == levelOpen {
		weakest, strongest = levelPSK, levelPSK
	}
	ciphers := p.Pairwise | p.Group
	if ciphers&(1<<CipherTKIP) != 0 {
		weakest = min(weakest, levelTKIP)
	}
	if ciphers&wepCiphers != 0 {
		weakest = levelWEP
	}
	best := p.Pairwise
	if best == 1<<CipherGroup {
		best = p.Group
	}
	switch {
	case best&^(1<<CipherTKIP|wepCiphers|1<<CipherGroup) != 0:
	case best&(1<<CipherTKIP) != 0:
		strongest = min(strongest, levelTKIP)
	case best&wepCiphers != 0:
		strongest = levelWEP
	}
	return weakest, strongest
}

const (
	wepCiphers = 1<<CipherWEP40 | 1<<CipherWEP104
	suiteOther = 31 // the bit of suites that have none of their own
)
