// Package ip reads what data frames carry behind LLC and SNAP, as far as detectors need it: ARP (RFC 826), IPv4
// (RFC 791), UDP (RFC 768), DHCP (RFC 2131, RFC 2132), DNS (RFC 1035), and router advertisements of IPv6 (RFC 4861), with VLAN tags (802.1Q) or without. It is given an EtherType
// and the octets that follow it.
//
// Decoding is total: it panics on nothing, and what was read before an error is kept. Checksums are judged and never
// an error by themselves, because what follows from a wrong one is for the caller to say.
//
// # Memory
//
// Decoding allocates nothing. Slices point into the buffer given.
package ip
