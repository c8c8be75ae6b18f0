package events

import (
	"bufio"
	"encoding/binary"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// wire is the connection of one client below the websocket library, which reads from it and writes control frames.
// Events are written past the library, so that a frame is encoded once for all clients and several leave together.
type wire struct {
	net.Conn
	head  []byte       // what came with the request; of the one goroutine that reads
	heard atomic.Int64 // Unix nanoseconds of the last sign of life
	now   func() time.Time

	mu     sync.Mutex  // a frame is written whole
	closed bool        // a close frame was written, and nothing may follow it
	left   net.Buffers // what try could not write: it goes before all else
}

var errClosed = errors.New("the connection was closed")

// Opcodes, RFC 6455 §5.2, with the bit that makes a frame the last of its message.
const (
	final     = 0x80
	textFrame = final | 0x1
	closing   = final | 0x8
	ping      = final | 0x9
)

// pingFrame asks whether the client is there.
var pingFrame = []byte{ping, 0}

func (w *wire) Read(b []byte) (int, error) {
	if len(w.head) > 0 {
		n := copy(b, w.head)
		w.head = w.head[n:]
		return n, nil
	}
	n, err := w.Conn.Read(b)
	if n > 0 {
		w.heard.Store(w.now().UnixNano())
	}
	return n, err
}

// Write is the library's: each call is one control frame, since its buffer holds the largest.
func (w *wire) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.flush(nil, writeWithin); err != nil {
		return 0, err
	}
	if len(b) > 0 && b[0] == closing {
		w.closed = true
	}
	return len(b), w.flush(net.Buffers{b}, writeWithin)
}

// send writes whole frames, after what try left, and may change the list. An error leaves the stream unusable.
func (w *wire) send(frames [][]byte, within time.Duration) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return errClosed
	}
	return w.flush(frames, within)
}

// flush writes what is left, and then more. The deadline is the system's time, whatever the clock of events says; it is taken
// away again, because writeNow would fail when it is past.
func (w *wire) flush(more net.Buffers, within time.Duration) error {
	list := more
	if len(w.left) > 0 {
		list = append(w.left, more...)
		w.left = nil
	}
	if len(list) == 0 {
		return nil
	}
	if err := w.SetWriteDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	var err error
	if _, plain := w.Conn.(*net.TCPConn); plain || len(list) == 1 {
		_, err = list.WriteTo(w.Conn)
	} else {
		// Only TCP takes a list at once; over TLS each buffer would be a record of its own.
		_, err = w.Conn.Write(join(list))
	}
	return errors.Join(err, w.SetWriteDeadline(time.Time{}))
}

// try writes as much of frames as the connection takes without waiting, and returns those that send must write.
// What it wrote in part is left, and send must be called then even if there are none.
func (w *wire) try(frames [][]byte) (rest [][]byte, all bool, err error) {
	if !w.mu.TryLock() {
		return frames, false, nil // the library writes, and may wait
	}
	defer w.mu.Unlock()
	conn, plain := w.Conn.(*net.TCPConn)
	switch {
	case w.closed:
		return nil, false, errClosed
	case !plain || len(w.left) > 0:
		return frames, false, nil
	}
	n, err := writeNow(conn, frames)
	if err != nil {
		return nil, false, err
	}
	for len(frames) > 0 && n >= len(frames[0]) {
		n -= len(frames[0])
		frames = frames[1:]
	}
	if n > 0 {
		w.left = net.Buffers{frames[0][n:]}
		frames = frames[1:]
	}
	return frames, len(frames) == 0 && n == 0, nil
}

func join(frames net.Buffers) []byte {
	n := 0
	for _, f := range frames {
		n += len(f)
	}
	b := make([]byte, 0, n)
	for _, f := range frames {
		b = append(b, f...)
	}
	return b
}

const maxHeader = 10 // bytes before the payload of a frame that is not masked

// frame turns b, whose first maxHeader bytes are free, into a text frame, RFC 6455 §5.2.
func frame(b []byte) []byte {
	switch n := len(b) - maxHeader; {
	case n < 126:
		b = b[maxHeader-2:]
		b[0], b[1] = textFrame, byte(n)
	case n <= 0xffff:
		b = b[maxHeader-4:]
		b[0], b[1] = textFrame, 126
		binary.BigEndian.PutUint16(b[2:], uint16(n))
	default:
		b[0], b[1] = textFrame, 127
		binary.BigEndian.PutUint64(b[2:], uint64(n))
	}
	return b
}

// Buffers of the library. Commands are small, and the largest control frame has 127 bytes.
const (
	readBuffer  = 512
	writeBuffer = 256
)

// taker gives the library a connection with small buffers instead of those of net/http, and keeps the wire.
type taker struct {
	http.ResponseWriter
	wire *wire
}

// Hijack takes the connection over.
func (t *taker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	head, _ := rw.Reader.Peek(rw.Reader.Buffered())
	t.wire.Conn, t.wire.head = conn, append([]byte(nil), head...)
	return t.wire, bufio.NewReadWriter(bufio.NewReaderSize(t.wire, readBuffer), bufio.NewWriterSize(t.wire, writeBuffer)), nil
}
