// Package pcap reads and writes pcap and pcapng streams.
package pcap

import "time"

// LinkType says what a packet begins with (www.tcpdump.org/linktypes.html).
type LinkType uint16

const (
	LinkIEEE80211 LinkType = 105 // bare 802.11
	LinkPrism     LinkType = 119
	LinkRadiotap  LinkType = 127
	LinkAVS       LinkType = 163
	LinkPPI       LinkType = 192
	LinkBLE       LinkType = 251 // Bluetooth LE link layer
	LinkBLERadio  LinkType = 256 // the same with a radio header
	LinkNordicBLE LinkType = 272
)

// Packet is one captured packet.
type Packet struct {
	Time      time.Duration // since the Unix epoch
	Link      LinkType
	Interface uint16 // of the stream; 0 in a pcap
	Length    uint32 // octets on air; more than len(Data) if the capture cut the packet
	Number    uint64 // in the stream, from 1
	Comment   string // of the packet, pcapng only
	Data      []byte // valid until the next read
}
