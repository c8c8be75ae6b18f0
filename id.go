package tocsin

import (
	"encoding/base32"
	"encoding/binary"
	"time"
)

// ID names one alert or incident: 128 bits that sort by time, then by order of making.
type ID [16]byte

var idText = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewID returns the ID with t in milliseconds, a 16-bit part from the sequence number n, and 64 bits of entropy.
func NewID(t time.Time, n uint16, entropy uint64) ID {
	var id ID
	binary.BigEndian.PutUint64(id[0:], uint64(t.UnixMilli())<<16|uint64(n))
	binary.BigEndian.PutUint64(id[8:], entropy)
	return id
}

// String returns 26 characters that sort as the ID does.
func (id ID) String() string { return idText.EncodeToString(id[:]) }

// AppendTo appends what String returns.
func (id ID) AppendTo(b []byte) []byte { return idText.AppendEncode(b, id[:]) }
