// Package ble turns the octets of a Bluetooth LE packet into a Packet: the link layer of the advertising channels,
// and the radio headers before it. Packets of connections are recognised as such and not read further.
//
// Clauses are those of the Bluetooth Core Specification 5.4.
//
// # Concurrency
//
// Nothing here has state: a Packet is used by whoever owns it.
//
// # Memory
//
// Decoding allocates nothing. A Packet points into the octets that it was decoded from.
package ble
