// Package tzsp is a source of what access points send in the TaZmen Sniffer Protocol: those of MikroTik and others can
// stream what they hear to a UDP port.
//
// # Concurrency
//
// Run is called again after it failed, never twice at a time. The other methods may be called while it runs.
package tzsp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/tzsp"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Options says where to listen and to whom.
type Options struct {
	Listen string         // address and port
	From   []netip.Prefix // whose packets are taken: the protocol proves nobody's identity
	Name   string         // what people call the source; "tzsp" if empty
}

// Source listens to one port.
type Source struct {
	options Options
	packets atomic.Uint64
	octets  atomic.Uint64
	lost    atomic.Uint64 // for another reason than that the kernel had no room
	kernel  atomic.Uint64

	mu      sync.Mutex
	address netip.AddrPort
	numbers map[sensor]uint16
	names   []string
}

// sensor is one radio of one sender.
type sensor struct {
	from  netip.Addr
	radio dot11.Addr
}

// maxSensors bounds what a sender can invent. Packets of others are counted as lost.
const maxSensors = 256

var _ capture.Live = (*Source)(nil)

// New returns a source for o.
func New(o Options) *Source {
	if o.Name == "" {
		o.Name = "tzsp"
	}
	return &Source{options: o, numbers: map[sensor]uint16{}}
}

// Name is what people call the source.
func (s *Source) Name() string { return s.options.Name }

// Sensors names the radios heard of by the source, the sender's address and, where the sender says it, that of the radio.
func (s *Source) Sensors() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.names
}

// Address returns where the source listens; zero before Run.
func (s *Source) Address() netip.AddrPort {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.address
}

// Counts tells what was delivered so far, and what was lost: packets for which the kernel had no room, and those that
// cannot be read or are of strangers.
func (s *Source) Counts() capture.Counts {
	kernel := s.kernel.Load()
	return capture.Counts{Packets: s.packets.Load(), Bytes: s.octets.Load(), Lost: s.lost.Load() + kernel, Kernel: kernel}
}

// Live reports that packets are of what happens now.
func (s *Source) Live() bool { return true }

// Reopens reports that the port may be free later.
func (s *Source) Reopens() bool { return true }

// buffer is what the kernel may hold while the program is busy: as much as it allows of some 20,000 packets.
const buffer = 8 << 20

// Run delivers what arrives until ctx is done or the port fails.
func (s *Source) Run(ctx context.Context, deliver func([]pcap.Packet) error) error {
	c, err := (&net.ListenConfig{}).ListenPacket(ctx, "udp", s.options.Listen)
	if err != nil {
		return fmt.Errorf("listen for TZSP: %w", err)
	}
	defer c.Close()
	defer context.AfterFunc(ctx, func() { c.Close() })()
	conn := c.(*net.UDPConn)
	_ = conn.SetReadBuffer(buffer) // the kernel gives what its administrator lets it
	if err := countLost(conn); err != nil {
		return fmt.Errorf("listen for TZSP: %w", err)
	}
	s.mu.Lock()
	s.address = conn.LocalAddr().(*net.UDPAddr).AddrPort()
	s.mu.Unlock()
	if err := deliver(nil); err != nil {
		return err
	}
	err = s.receive(ctx, conn, deliver)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// receive delivers packets until ctx is done, the connection fails or deliver does.
func (s *Source) receive(ctx context.Context, conn *net.UDPConn, deliver func([]pcap.Packet) error) error {
	data, control := make([]byte, 64<<10), make([]byte, 64)
	batch := make([]pcap.Packet, 1)
	var dropped uint32
	for ctx.Err() == nil {
		n, m, _, from, err := conn.ReadMsgUDPAddrPort(data, control)
		if errors.Is(err, net.ErrClosed) {
			return err
		}
		if err != nil {
			return fmt.Errorf("receive TZSP: %w", err)
		}
		if total, ok := overflow(control[:m]); ok {
			s.kernel.Add(uint64(total - dropped))
			dropped = total
		}
		switch batch[0], err = s.packet(data[:n], from.Addr().Unmap()); {
		case errors.Is(err, tzsp.ErrType):
			continue
		case err != nil:
			s.lost.Add(1)
			continue
		}
		if err := deliver(batch); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// Errors of packet beside those of tzsp.Decode.
var (
	errStranger = errors.New("sender that is not in from")
	errSensors  = errors.New("more sensors than there is room for")
)

// packet returns a datagram as a packet.
func (s *Source) packet(b []byte, from netip.Addr) (pcap.Packet, error) {
	if !s.takes(from) {
		return pcap.Packet{}, errStranger
	}
	var radio dot11.Radio
	h, n, err := tzsp.Decode(b, &radio)
	if err != nil {
		return pcap.Packet{}, err
	}
	number, ok := s.number(sensor{from, h.Sensor})
	if !ok {
		return pcap.Packet{}, errSensors
	}
	s.octets.Add(uint64(len(b)))
	return pcap.Packet{
		Time: time.Duration(time.Now().UnixNano()), Link: pcap.LinkTZSP, Interface: number, Number: s.packets.Add(1),
		Length: uint32(max(len(b), n+int(h.Original))), Data: b,
	}, nil
}

func (s *Source) takes(from netip.Addr) bool {
	for _, p := range s.options.From {
		if p.Contains(from) {
			return true
		}
	}
	return false
}

// number returns the place of the sensor in Sensors.
func (s *Source) number(k sensor) (uint16, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, known := s.numbers[k]
	if known {
		return n, true
	}
	if len(s.names) == maxSensors {
		return 0, false
	}
	name := s.options.Name + " " + k.from.String()
	if !k.radio.IsZero() {
		name += " " + k.radio.String()
	}
	n = uint16(len(s.names))
	s.numbers[k], s.names = n, append(s.names, name)
	return n, true
}
