package zerokey

import (
	"bytes"

	"github.com/tocsin-wids/tocsin/dot11"
)

// header is how a packet begins that has an EtherType (RFC 1042).
var header = [...]byte{0xaa, 0xaa, 3, 0, 0, 0}

// readable tries whether f was encrypted by CCMP with a key of zeros. That random octets look so happens once in 2⁴⁸ frames.
func (d *detector) readable(f *dot11.Frame, e *event) bool {
	const ccmp = 8 // octets of its header
	pn, _, ok := f.PacketNumber()
	if !ok || f.Fragment != 0 || len(f.Body) < ccmp+len(d.out) {
		return false
	}
	e.tests++
	d.in = counter(f, pn)
	d.zero.Encrypt(d.out[:], d.in[:])
	for i := range d.out {
		d.out[i] ^= f.Body[ccmp+i]
	}
	if !f.IsAMSDU() {
		return [len(header)]byte(d.out[:]) == header
	}
	dest := f.Destination() // an A-MSDU begins with that of its first MSDU, which from an access point is the frame's
	return bytes.Equal(d.out[:len(dest)], dest[:])
}

// counter returns the block that makes the first part of the key stream (802.11-2020 §12.5.3.3.4, RFC 3610 §2.3).
func counter(f *dot11.Frame, pn uint64) (b [16]byte) {
	b[0] = 1 // length of the counter, less one
	if f.Kind.IsQoS() {
		b[1] = byte(f.QoS & 0xf)
	}
	copy(b[2:], f.Addr2[:])
	for i := range 6 {
		b[8+i] = byte(pn >> (40 - 8*i))
	}
	b[15] = 1
	return b
}
