// Package remoteid reads what drones tell of themselves and of whoever flies them: the messages of ASTM F3411-22a, which are sent in
// beacons, in action frames of Neighbor Awareness Networking, and in Bluetooth LE advertising. It is given octets and knows neither radio.
//
// Decoding is total: it panics on nothing, and what was read before an error is kept. Nothing in a message is proven: anybody can
// send any.
//
// # Memory
//
// Decoding allocates nothing. A Report owns all it holds.
package remoteid
