package detecttest

import (
	"crypto/ecdh"
	"encoding/binary"
	"fmt"

	"github.com/tocsin-wids/tocsin/dot11"
)

// sae appends what follows the status in an SAE commit or confirm (802.11-2020 §9.3.3.11).
func (d *draft) sae(b []byte, status uint16) ([]byte, error) {
	le := binary.LittleEndian
	if confirm := d.number("confirm", -1); confirm >= 0 {
		return append(le.AppendUint16(b, uint16(confirm)), noise(uint64(confirm), 32)...), nil
	}
	group := d.number("group", -1)
	if group < 0 {
		return b, nil
	}
	b = le.AppendUint16(b, uint16(group))
	b = append(b, d.take("token", nil)...)
	if status == dot11.StatusAntiClogging || status == dot11.StatusBadGroup {
		return b, nil
	}
	scalar, element, err := sound(group, uint64(d.number("commit", d.exchange())))
	if err != nil {
		return nil, fmt.Errorf("group %d: %w", group, err)
	}
	return append(append(b, d.take("scalar", scalar)...), d.take("ffe", element)...), nil
}

// exchange returns a number that differs for each sender and repetition.
func (d *draft) exchange() int64 {
	var b [8]byte
	copy(b[2:], d.from[:])
	return int64(binary.BigEndian.Uint64(b[:])<<8) + int64(d.n)
}

// sound returns scalar and element of a commit that nothing is wrong with, the same for the same seed; for groups other
// than 19, 20 and 21 the 96 octets of another kind.
func sound(group int64, seed uint64) (scalar, element []byte, err error) {
	curve, size := ecdh.P256(), 32
	switch group {
	case 19:
	case 20:
		curve, size = ecdh.P384(), 48
	case 21:
		curve, size = ecdh.P521(), 66
	default:
		return noise(seed, 32), noise(seed, 64), nil
	}
	scalar = noise(seed, size)
	scalar[0] = 0 // below the order of the group
	key, err := curve.NewPrivateKey(scalar)
	if err != nil {
		return nil, nil, err
	}
	return scalar, key.PublicKey().Bytes()[1:], nil
}
