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
