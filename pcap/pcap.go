// Package pcap reads and writes pcap and pcapng streams (draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng).
//
// # Concurrency
//
// A Reader or a Writer is used by one goroutine at a time.
//
// # Memory
//
// A Reader has one buffer of 1 MiB that never grows, and knows at most 4096 interfaces, whose names it cuts to 64
// octets. No length that a stream states is ever allocated: what does not fit into the buffer is skipped or is an
// error. Reading a packet allocates nothing, unless it has a comment, or a position other than the packet before. A Writer has a buffer of the size of the
// largest packet it wrote.
package pcap

import (
	"strings"
	"time"
	"unicode/utf8"
)

// LinkType says what a packet begins with (www.tcpdump.org/linktypes.html).
type LinkType uint16

const (
	LinkIEEE80211 LinkType = 105 // bare 802.11
	LinkPrism     LinkType = 119
	LinkRadiotap  LinkType = 127
	LinkTZSP      LinkType = 128
	LinkAVS       LinkType = 163
	LinkPPI       LinkType = 192
	LinkBLE       LinkType = 251 // Bluetooth LE link layer
	LinkBLERadio  LinkType = 256 // the same with a radio header
	LinkNordicBLE LinkType = 272
)

// Packet is one captured packet.
type Packet struct {
	// Time is since the Unix epoch, and never before it or after 2242: a time that a stream puts outside is moved to
	// the nearer end, so that a window added to it cannot overflow.
	Time      time.Duration
	Link      LinkType
	Interface uint16    // of the stream; 0 in a pcap
	Length    uint32    // octets on air; more than len(Data) if the capture cut the packet
	Number    uint64    // in the stream, from 1
	Comment   string    // of the packet, pcapng only; valid UTF-8
	Position  *Position // of the radio, where the stream says it; never changes, and packets may share it; else nil
	Data      []byte    // valid until the next read
}

// latest is the last time of a packet. More than 19 years lie between it and the largest Duration.
const latest = 1 << 33 * time.Second

// Interface is one radio of a stream.
type Interface struct {
	Name    string // "" if the stream does not say; valid UTF-8, else as hostile as what is on the air
	Link    LinkType
	Comment string // is written, and not read
}

const (
	maxCapLen     = 262_144 // as libpcap's MAXIMUM_SNAPLEN
	maxInterfaces = 4096
	maxName       = 64
	maxOption     = 1<<16 - 1 // a length of 16 bits
)

// Block types (draft-ietf-opsawg-pcapng §3.2).
const (
	blockSection   = 0x0a0d0d0a
	blockInterface = 1
	blockPacket    = 2 // obsolete
	blockSimple    = 3
	blockStats     = 5
	blockEnhanced  = 6
)

// Options (draft-ietf-opsawg-pcapng §3.5, §4.1, §4.2, §4.3, §4.6); which block an option is in decides what its code means.
const (
	optEnd     = 0
	optComment = 1

	optApplication = 4

	optName       = 2
	optResolution = 9
	optOffset     = 14

	optDropCount = 4
	optCustom    = 2989 // octets, safe to copy

	optInterfaceDrop = 5
	optSystemDrop    = 7
)

// text makes s a string that a stream may hold: valid UTF-8 of at most so many octets, and without the zero octet,
// which ends a string wherever it is (draft-ietf-opsawg-pcapng §3.5).
func text(s string, most int) string {
	s, _, _ = strings.Cut(s, "\x00")
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= most {
		return s
	}
	for !utf8.RuneStart(s[most]) {
		most--
	}
	return strings.Clone(s[:most]) // or the whole would stay in memory
}
