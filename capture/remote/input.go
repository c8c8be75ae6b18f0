package remote

import (
	"errors"
	"net"

	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// firstBuffer is enough for all that the tools for radios send.
const firstBuffer = 16 << 10

// input takes frames from a connection.
type input struct {
	conn     net.Conn
	buf      []byte
	from, to int
	limit    int // octets that a frame may have
}

// errLarge is a frame that is too long at this point.
var errLarge = errors.New("its first frame is longer than any that announces a source")

// frame takes a whole frame that came, if there is one. Its payload is valid until fill.
func (in *input) frame() (h wire.Header, payload []byte, ok bool, err error) {
	b := in.buf[in.from:in.to]
	h, ok, err = wire.DecodeHeader(b)
	n := wire.HeaderLen + int(h.Length)
	switch {
	case err != nil:
		return h, nil, false, err
	case ok && n > in.limit:
		return h, nil, false, errLarge
	case !ok || len(b) < n:
		return h, nil, false, nil
	}
	in.from += n
	return h, b[wire.HeaderLen:n:n], true, nil
}

// fill reads what came, of which frame had no whole frame left.
func (in *input) fill() error {
	if in.from > 0 {
		copy(in.buf, in.buf[in.from:in.to])
		in.from, in.to = 0, in.to-in.from
	}
	if in.to == len(in.buf) {
		grown := make([]byte, wire.MaxFrame+1)
		copy(grown, in.buf)
		in.buf = grown
	}
	n, err := in.conn.Read(in.buf[in.to:])
	in.to += n
	if n > 0 {
		return nil // an error comes again
	}
	return err
}
