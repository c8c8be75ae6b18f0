package remotetest

import (
	"context"
	"fmt"
	"net"
	"time"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// Packet sends a packet that was heard at a time, by the sensor's clock. It waits until the source is open and while the tool has
// no room, as the capture thread of one does; false if the session is over.
func (t *Tool) Packet(link uint32, at time.Duration, data []byte) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	for t.err == nil && (!t.opened || len(t.out) > outRing || len(t.queue) >= outQueue) {
		t.room.Wait()
	}
	if t.err != nil {
		return false
	}
	var b []byte
	if t.o.At == nil {
		b = wire.AppendMap(b, 1)
	} else {
		b = t.position(wire.AppendUint(wire.AppendMap(b, 2), 1))
	}
	b = wire.AppendMap(wire.AppendUint(b, 4), 5)
	b = wire.AppendUint(wire.AppendUint(b, 1), uint64(link))
	b = wire.AppendUint(wire.AppendUint(b, 2), uint64(at/time.Second))
	b = wire.AppendUint(wire.AppendUint(b, 3), uint64(at%time.Second/time.Microsecond))
	b = wire.AppendUint(wire.AppendUint(b, 4), uint64(len(data)))
	b = wire.AppendOctets(wire.AppendUint(b, 6), data)
	t.put(wire.PacketReport, 0, 0, b)
	return true
}

// position has the name of the receiver under the key of its type, so that the key comes twice.
func (t *Tool) position(b []byte) []byte {
	p := t.o.At
	b = wire.AppendMap(b, 8)
	b = wire.AppendDouble(wire.AppendUint(b, 1), p.Latitude)
	b = wire.AppendDouble(wire.AppendUint(b, 2), p.Longitude)
	b = wire.AppendFloat(wire.AppendUint(b, 3), float32(p.Altitude))
	b = wire.AppendUint(wire.AppendUint(b, 4), p.Fix)
	b = wire.AppendUint(wire.AppendUint(b, 8), uint64(p.Time/time.Second))
	b = wire.AppendUint(wire.AppendUint(b, 9), 0)
	b = wire.AppendText(wire.AppendUint(b, 10), "remote-fixed")
	return wire.AppendText(wire.AppendUint(b, 10), "roof")
}

// Say sends a message.
func (t *Tool) Say(severity uint64, text string) {
	b := wire.AppendMap(nil, 2)
	b = wire.AppendUint(wire.AppendUint(b, 1), severity)
	t.Frame(wire.Message, 0, wire.AppendText(wire.AppendUint(b, 2), text))
}

// Fail reports an error and ends the session, as a tool does whose radio is gone.
func (t *Tool) Fail(text string) {
	t.Frame(wire.Error, 1, wire.TextPayload(text))
	t.finish()
	t.end(fmt.Errorf("%w: %s", ErrExit, text))
}

// Frame sends any frame.
func (t *Tool) Frame(command wire.Command, code uint16, payload []byte) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(command, code, 0, payload)
}

// Over says that a file was sent to its end, and waits for ever.
func (t *Tool) Over() { t.Say(2, "Pcapfile '/srv/cap/demo.pcap' closed: end of pcapfile reached") }

// Stream begins a session over a connection such as TCP.
func Stream(conn net.Conn, o Options) *Tool { return begin(&stream{conn, make([]byte, 64<<10)}, o) }

// Messages begins a session over a websocket.
func Messages(conn *websocket.Conn, o Options) *Tool {
	conn.SetReadLimit(64 << 10)
	return begin(&messages{conn}, o)
}

// retry is how long a tool waits until it connects anew.
const retry = 5 * time.Second

// Keep has a tool connect, again and again until ctx is done. Each session is handed to begun, and ends before the next begins.
func Keep(ctx context.Context, connect func(context.Context) (*Tool, error), begun func(*Tool)) {
	for ctx.Err() == nil {
		if t, err := connect(ctx); err == nil {
			stop := context.AfterFunc(ctx, t.Close)
			begun(t)
			<-t.Done()
			stop()
		}
		timer := time.NewTimer(retry)
		select {
		case <-ctx.Done():
		case <-timer.C:
		}
		timer.Stop()
	}
}

type stream struct {
	net.Conn
	buf []byte
}

func (s *stream) receive() ([]byte, error) {
	n, err := s.Read(s.buf)
	return s.buf[:n], err
}

func (s *stream) send(b []byte) error {
	_, err := s.Write(b)
	return err
}

func (s *stream) close()         { s.Conn.Close() }
func (s *stream) messages() bool { return false }

type messages struct{ conn *websocket.Conn }

func (m *messages) receive() ([]byte, error) {
	_, b, err := m.conn.Read(context.Background())
	return b, err
}

func (m *messages) send(b []byte) error {
	return m.conn.Write(context.Background(), websocket.MessageBinary, b)
}

func (m *messages) close()         { m.conn.CloseNow() }
func (m *messages) messages() bool { return true }
