package dot11

import "math/bits"

// curve is an elliptic curve y² = x³ - 3x + b modulo a prime (RFC 5903), its numbers big endian.
type curve struct{ order, prime, b string }

// curveOf returns the curve of a group: P-256, P-384 or P-521.
func curveOf(group uint16) (c curve, ok bool) {
	const (
		f4  = "\xff\xff\xff\xff"
		f8  = f4 + f4
		f24 = f8 + f8 + f8
		z4  = "\x00\x00\x00\x00"
	)
	switch group {
	case 19:
		return curve{
			order: f4 + z4 + f8 + "\xbc\xe6\xfa\xad\xa7\x17\x9e\x84\xf3\xb9\xca\xc2\xfc\x63\x25\x51",
			prime: f4 + "\x00\x00\x00\x01" + z4 + z4 + z4 + f8 + f4,
			b:     "\x5a\xc6\x35\xd8\xaa\x3a\x93\xe7\xb3\xeb\xbd\x55\x76\x98\x86\xbc\x65\x1d\x06\xb0\xcc\x53\xb0\xf6\x3b\xce\x3c\x3e\x27\xd2\x60\x4b",
		}, true
	case 20:
		return curve{
			order: f24 + "\xc7\x63\x4d\x81\xf4\x37\x2d\xdf\x58\x1a\x0d\xb2\x48\xb0\xa7\x7a\xec\xec\x19\x6a\xcc\xc5\x29\x73",
			prime: f24 + f4 + "\xff\xff\xff\xfe" + f4 + z4 + z4 + f4,
			b:     "\xb3\x31\x2f\xa7\xe2\x3e\xe7\xe4\x98\x8e\x05\x6b\xe3\xf8\x2d\x19\x18\x1d\x9c\x6e\xfe\x81\x41\x12\x03\x14\x08\x8f\x50\x13\x87\x5a\xc6\x56\x39\x8d\x8a\x2e\xd1\x9d\x2a\x85\xc8\xed\xd3\xec\x2a\xef",
		}, true
	case 21:
		return curve{
			order: "\x01\xff" + f24 + f4 + "\xff\xff\xff\xfa\x51\x86\x87\x83\xbf\x2f\x96\x6b\x7f\xcc\x01\x48\xf7\x09\xa5\xd0\x3b\xb5\xc9\xb8\x89\x9c\x47\xae\xbb\x6f\xb7\x1e\x91\x38\x64\x09",
			prime: "\x01\xff" + f24 + f24 + f8 + f8,
			b:     "\x00\x51\x95\x3e\xb9\x61\x8e\x1c\x9a\x1f\x92\x9a\x21\xa0\xb6\x85\x40\xee\xa2\xda\x72\x5b\x99\xb3\x15\xf3\xb8\xb4\x89\x91\x8e\xf1\x09\xe1\x56\x19\x39\x51\xec\x7e\x93\x7b\x16\x52\xc0\xbd\x3b\xb1\xbf\x07\x35\x73\xdf\x88\x3d\x2c\x34\xf1\xef\x45\x1f\xd4\x6b\x50\x3f\x00",
		}, true
	}
	return curve{}, false
}

// has reports whether the point of coordinates x and y is on c. Both are as long as the prime.
func (c *curve) has(x, y []byte) bool {
	if string(x) >= c.prime || string(y) >= c.prime {
		return false
	}
	p, px, py, right := parse(c.prime), parse(x), parse(y), parse(c.b)
	cube := p.product(&px, &px)
	cube = p.product(&cube, &px)
	p.add(&right, &cube)
	left := p.product(&py, &py)
	for range 3 {
		p.add(&left, &px)
	}
	return left == right
}

// number is one of up to 576 bits, the lowest first.
type number [9]uint64

// parse reads a number, big endian, of up to 72 octets.
func parse[T string | []byte](b T) (n number) {
	for i := range len(b) {
		at := len(b) - 1 - i
		n[i/8] |= uint64(b[at]) << (i % 8 * 8)
	}
	return n
}

// add adds y to x modulo p; both are below p, and p has less bits than a number.
func (p *number) add(x, y *number) {
	var carry, borrow uint64
	var less number
	for i := range x {
		x[i], carry = bits.Add64(x[i], y[i], carry)
		less[i], borrow = bits.Sub64(x[i], p[i], borrow)
	}
	if borrow == 0 {
		*x = less
	}
}

// product returns x·y modulo p, bit by bit: nothing here is secret, and short is worth more than fast.
func (p *number) product(x, y *number) (n number) {
	for i := len(y)*64 - 1; i >= 0; i-- {
		p.add(&n, &n)
		if y[i/64]>>(i%64)&1 != 0 {
			p.add(&n, x)
		}
	}
	return n
}
