package dot11

// Security is what a network asks of its clients, as one beacon, probe response or association request says it.
// Two are equal (==) if they ask the same.
type Security struct {
	Privacy     bool // capability bit
	WPA         Protection
	RSN         Protection
	GroupMgmt   CipherSet // of the RSN element; empty if not said
	MFPCapable  bool
	MFPRequired bool
	OWETransit  bool // OWE transition element: an open network that names its encrypted twin
	WPS         bool
	Unreadable  bool // there is an RSN or WPA element, and it cannot be read
}

// Protection is the content of an RSN or WPA element.
type Protection struct {
	Present  bool
	Group    CipherSet
	Pairwise CipherSet
	AKM      AKMSet
}

// CipherSet has bit n set for cipher suite 00-0F-AC:n (table 9-188); bit 31 for any other suite.
type CipherSet uint32

// AKMSet has bit n set for AKM suite 00-0F-AC:n (table 9-190); bit 31 for any other suite.
type AKMSet uint32

// Cipher suites (802.11-2020 table 9-149).
const (
	CipherGroup   = 0 // the group cipher
	CipherWEP40   = 1
	CipherTKIP    = 2
	CipherCCMP    = 4
	CipherWEP104  = 5
	CipherBIP     = 6 // BIP-CMAC-128
	CipherNoGroup = 7 // group addressed traffic not allowed
	CipherGCMP    = 8
	CipherGCMP256 = 9
	CipherCCMP256 = 10
	CipherGMAC    = 11 // BIP-GMAC-128
	CipherGMAC256 = 12 // BIP-GMAC-256
	CipherBIP256  = 13 // BIP-CMAC-256
)

// AKM suites (802.11-2020 table 9-151; 802.11be-2024 for 24 and 25).
const (
	AKM8021X          = 1
	AKMPSK            = 2
	AKMFT8021X        = 3
	AKMFTPSK          = 4
	AKM8021XSHA256    = 5
	AKMPSKSHA256      = 6
	AKMTDLS           = 7
	AKMSAE            = 8
	AKMFTSAE          = 9
	AKMPeerKey        = 10
	AKMSuiteB         = 11
	AKMSuiteB192      = 12
	AKMFT8021XSHA384  = 13
	AKMFILSSHA256     = 14
	AKMFILSSHA384     = 15
	AKMFTFILSSHA256   = 16
	AKMFTFILSSHA384   = 17
	AKMOWE            = 18
	AKMFTPSKSHA384    = 19
	AKMPSKSHA384      = 20
	AKMPASN           = 21
	AKMFT8021XSHA384U = 22 // unrestricted by Suite B
	AKM8021XSHA384    = 23
	AKMSAEExt         = 24
	AKMFTSAEExt       = 25
)

// Security returns what a beacon, probe response or (re)association request says of encryption. Of any other frame
// it is zero. A client that enrols by WPS associates with the privacy bit and without an RSN element: that request,
// with WPS set, looks like WEP and is not.
func (f *Frame) Security() Security {
	var s Security
	switch f.Kind {
	case Beacon, ProbeResp, AssocReq, ReassocReq:
	default:
		return s
	}
	e := &f.Elements
	s.Privacy = f.Fixed.Capability&CapPrivacy != 0
	if d, ok := e.Find(ElementRSN); ok {
		s.rsn(d)
	}
	for _, typ := range [...]uint8{WiFiRSNOverride, WiFiRSNOverride2} {
		if d, ok := e.Vendor(OUIWiFi, typ); ok && s.RSN.Present {
			s.override(d)
		}
	}
	if d, ok := e.Vendor(OUIMicrosoft, MicrosoftWPA); ok {
		r, whole := ParseWPA(d)
		s.WPA = r.Protection
		s.Unreadable = s.Unreadable || !whole
	}
	_, s.OWETransit = e.Vendor(OUIWiFi, WiFiOWE)
	_, s.WPS = e.Vendor(OUIMicrosoft, MicrosoftWPS)
	return s
}

// RSNSecurity returns what the data of an RSN element say by themselves.
func RSNSecurity(d []byte) Security {
	var s Security
	s.rsn(d)
	return s
}

func (s *Security) rsn(d []byte) {
	r, whole := ParseRSN(d)
	s.RSN, s.GroupMgmt, s.Unreadable = r.Protection, r.GroupMgmt, !whole
	s.MFPRequired = r.Capabilities&rsnMFPRequired != 0
	s.MFPCapable = r.Capabilities&rsnMFPCapable != 0
}

// override adds the choices of an RSN override element, which has the content of an RSN element for clients that
// understand it; the others go by the RSN element proper (Wi-Fi Alliance, WPA3 specification 3.4).
func (s *Security) override(d []byte) {
	r, whole := ParseRSN(d)
	s.Unreadable = s.Unreadable || !whole
	s.RSN.Pairwise |= r.Pairwise
	s.RSN.AKM |= r.AKM
	s.MFPCapable = s.MFPCapable || r.Capabilities&rsnMFPCapable != 0
}
