package track

import (
	"time"

	"github.com/tocsin-wids/tocsin/dot11"
)

// Sight is what is known of the parties of one frame, the frame itself included. It belongs to the tracker: it may
// be read until the next frame is observed.
type Sight struct {
	// BSS is the network of the frame's BSSID; nil if the frame names none, or names one of which no beacon or
	// probe response was heard and that the frame does not show to exist.
	BSS *BSS

	// Advert is the record of what this beacon or probe response advertises; nil for other frames, and for those
	// whose SSID element is missing or malformed.
	Advert *Advert

	// Before is Advert as it was before this frame; valid if Changed is not 0.
	Before Profile

	// Changed says in what this beacon or probe response differs from Before. 0 when the advert is new.
	Changed Change

	// NewBSS and NewAdvert say that this frame is the first of its BSS or advert.
	NewBSS, NewAdvert bool

	// Repeated says that this beacon or probe response says, but for elements that change all the time (see
	// dot11.Elements.Hash), what the ones before it of the same BSS and SSID said, and that it is neither one of the
	// first three nor the first in ten seconds to do so.
	Repeated bool

	// Transmitter is the station (not the access point) that sent the frame; nil if an access point did.
	Transmitter *Station

	// Receiver is the station that the frame is for; nil if that is a group or an access point.
	Receiver *Station

	// Link is the station and the access point that the frame goes between; nil if it goes to a group, between others, or
	// between two of whom nothing was heard that joins them.
	Link *Link

	// Step is what the frame did to Link; nil if it is neither of authentication, association or disconnection, nor an
	// EAPOL packet, nor the first encrypted data.
	Step *Step

	// Listened is for how long the sensor has listened to the channel of the frame: the sum of the short pauses between
	// frames since it came there, or came back after a minute. A sensor that hops is elsewhere in the long ones.
	Listened time.Duration

	// Fell is how the packet numbers of the transmitter to the receiver went back, if this frame shows that they did, with
	// no handshake or association heard that would explain it; else nil.
	Fell *Fall

	// Doubt is what speaks against the frame coming from the transmitter that it names: of beacons and probe
	// responses the signal alone, see BSS.Clock for the rest.
	Doubt Doubt

	channel *channel
}

// Share returns how much of the last half minute or more the sensor spent on the channel of the frame, in percent: 100 if
// it stays there, or has been there for too short a time to tell.
func (s *Sight) Share() int {
	if s.channel == nil {
		return 100
	}
	return s.channel.share()
}

// BSS is one BSSID on air.
type BSS struct {
	BSSID       dot11.Addr
	First, Last time.Duration // frames from it
	Beacons     uint64
	Frequency   uint16 // MHz, of the last beacon as received; 0 if unknown
	Switch      Switch // announced channel switch
	Stations    int    // associated, as far as heard
	Adverts     int    // records of what it advertises that are kept, at most 8

	// How the access point sends. Frames of whoever uses its address are in it as well.
	Emitter
	Clock          Clock
	BeaconSequence Sequence
	Channels       Choice[uint8]  // primary, as beacons claim
	Contents       Choice[uint64] // hashes of what beacons say, but for what changes all the time

	shared  int8 // how sure it is that beacons share the counter of Management
	adverts [advertsPerBSS]advert
	epoch   uint32 // of associations: those of another epoch have ended
	gone    Gone   // the newest disconnection of all stations
}

// MFP reports whether b, by the advert heard most, can protect management frames.
func (b *BSS) MFP() bool { return b.Security().MFPCapable }

// MFPRequired reports whether b, by the advert heard most, lets in only stations that protect management frames.
func (b *BSS) MFPRequired() bool { return b.Security().MFPRequired }

// Security returns what the advert of b that was heard most says of it; zero if there is none.
func (b *BSS) Security() dot11.Security {
	most := 0
	for i := range b.adverts[:b.Adverts] {
		if b.adverts[i].Frames > b.adverts[most].Frames {
			most = i
		}
	}
	return b.adverts[most].Security
}

// Switch is a channel switch that a BSS announced (elements 37 and 60).
type Switch struct {
	Channel uint8
	At      time.Duration // when it was last announced; 0: never
	Due     time.Duration // when it was to happen, at the usual beacon interval
	Sure    bool          // a frame with a good FCS announced it, or two in a row did
}

// Advert is what a BSSID says of one SSID, apart for beacons and for probe responses.
type Advert struct {
	SSID        string // raw octets; "" if hidden
	Response    bool   // from probe responses
	First, Last time.Duration
	Frames      uint64
	Profile     // of the last frame that was whole; what that left out is kept from earlier ones, but for Security
}

// Profile is the part of an advert whose change means something.
type Profile struct {
	Security dot11.Security
	Channel  uint8   // primary, as claimed: HT operation, HE or EHT 6 GHz operation, DS parameter; 0 if none
	Interval uint16  // TU; beacons and probe responses both have it
	Country  [2]byte // of element 7; zero if absent
	Triplets uint32  // a hash of the channels and powers in element 7; 0 if it has none
}

// Change is a set of differences between two profiles.
type Change uint8

const (
	SecurityChanged Change = 1 << iota
	ChannelChanged
	IntervalChanged
	CountryChanged
	TripletsChanged
)

// Station is a device that is not an access point.
type Station struct {
	Addr        dot11.Addr
	First, Last time.Duration // frames from it
	BSSID       dot11.Addr    // it is associated with, as far as heard; zero if with none
	Since       time.Duration // of the association
	Emitter

	epoch uint32 // of the BSS when it associated
}
