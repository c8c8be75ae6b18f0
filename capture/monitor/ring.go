package monitor

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/tocsin-wids/tocsin/pcap"
	"golang.org/x/sys/unix"
)

// The ring: 16 MiB hold two seconds of 20,000 frames/s of 400 octets. A block is handed over when it is full or has waited
// for retire, so that a frame of a quiet channel is not late.
const (
	blockSize = 1 << 20
	blocks    = 16
	frameSize = 2048 // the kernel asks for a size and does not use it here
	retire    = 20   // ms
)

// Hardware types of interfaces (linux/if_arp.h) whose packets are 802.11 frames.
const (
	arpIEEE80211 = 801
	arpPrism     = 802
	arpRadiotap  = 803
)

// ring is a packet socket and the memory that the kernel writes packets to. It is used by one goroutine, but for wake.
type ring struct {
	fd     int
	link   pcap.LinkType
	memory []byte
	at     int // the block that comes next
	held   bool
	batch  []pcap.Packet

	mu    sync.Mutex // wake may come while it is closed
	event int        // -1: none
}

// open begins to listen to the interface, which must be up and in monitor mode.
func open(name string) (*ring, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if errors.Is(err, unix.EPERM) {
		return nil, fmt.Errorf("listen to %s: not permitted; %s", name, Rights)
	}
	if err != nil {
		return nil, fmt.Errorf("listen to %s: %w", name, err)
	}
	r := &ring{fd: fd, event: -1}
	if err := r.open(name); err != nil {
		r.close()
		return nil, fmt.Errorf("listen to %s: %w", name, err)
	}
	return r, nil
}

func (r *ring) open(name string) error {
	index, err := r.inspect(name)
	if err != nil {
		return err
	}
	if r.event, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return err
	}
	if err := unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return fmt.Errorf("the kernel has no TPACKET_V3: %w", err)
	}
	request := unix.TpacketReq3{
		Block_size: blockSize, Block_nr: blocks, Frame_size: frameSize, Frame_nr: blockSize / frameSize * blocks, Retire_blk_tov: retire,
	}
	if err := unix.SetsockoptTpacketReq3(r.fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &request); err != nil {
		return fmt.Errorf("make a ring of %d MiB: %w", blockSize*blocks>>20, err)
	}
	if r.memory, err = unix.Mmap(r.fd, 0, blockSize*blocks, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		return fmt.Errorf("map the ring: %w", err)
	}
	// What this machine sends itself comes back as heard, if it was sent. Kernels before 4.20 show it twice.
	_ = unix.SetsockoptInt(r.fd, unix.SOL_PACKET, unix.PACKET_IGNORE_OUTGOING, 1)
	return unix.Bind(r.fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL), Ifindex: index})
}

// inspect returns the number of the interface and notes what its packets begin with.
func (r *ring) inspect(name string) (index int, err error) {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return 0, errors.New("that is no name of an interface")
	}
	if err := unix.IoctlIfreq(r.fd, unix.SIOCGIFINDEX, request); err != nil {
		return 0, errors.New("there is no such interface; `ip link` lists those that there are")
	}
	index = int(request.Uint32())
	if err := unix.IoctlIfreq(r.fd, unix.SIOCGIFHWADDR, request); err != nil {
		return 0, err
	}
	switch kind := request.Uint16(); kind {
	case arpRadiotap:
		r.link = pcap.LinkRadiotap
	case arpIEEE80211:
		r.link = pcap.LinkIEEE80211
	case arpPrism:
		r.link = pcap.LinkPrism
	default:
		return 0, fmt.Errorf("it is not in monitor mode (hardware type %d); `iw dev %s set type monitor` makes it so while it is down", kind, name)
	}
	if err := unix.IoctlIfreq(r.fd, unix.SIOCGIFFLAGS, request); err != nil {
		return 0, err
	}
	if request.Uint16()&unix.IFF_UP == 0 {
		return 0, fmt.Errorf("it is down; `ip link set %s up` brings it up", name)
	}
	return index, nil
}

// networkOrder returns n with its octets in network order, where the machine's own is expected.
func networkOrder(n uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], n)
	return binary.NativeEndian.Uint16(b[:])
}

// Offsets in a block (struct tpacket_block_desc) and in a packet (struct tpacket3_hdr, linux/if_packet.h).
const (
	blockStatus = 8
	blockCount  = 12
	blockFirst  = 16
	packetNext  = 0
	packetSec   = 4
	packetNsec  = 8
	packetSnap  = 12
	packetLen   = 16
	packetMAC   = 24
	packetHead  = 28
)

// next waits for a block and returns its packets, which are valid until release. It returns none when woken.
func (r *ring) next() ([]pcap.Packet, error) {
	block := r.memory[r.at*blockSize:][:blockSize]
	if atomic.LoadUint32(status(block))&unix.TP_STATUS_USER == 0 {
		if err := r.wait(); err != nil {
			return nil, err
		}
		if atomic.LoadUint32(status(block))&unix.TP_STATUS_USER == 0 {
			return nil, nil
		}
	}
	r.held = true
	r.batch = r.read(r.batch[:0], block)
	return r.batch, nil
}

// read adds the packets of a block to batch. The kernel wrote the block, and yet no length in it is trusted.
func (r *ring) read(batch []pcap.Packet, block []byte) []pcap.Packet {
	u32 := func(at int64) int64 { return int64(binary.NativeEndian.Uint32(block[at:])) }
	size := int64(len(block))
	at := u32(blockFirst)
	for range u32(blockCount) {
		if at+packetHead > size {
			break
		}
		start := at + int64(binary.NativeEndian.Uint16(block[at+packetMAC:]))
		end := start + u32(at+packetSnap)
		if end > size {
			break
		}
		batch = append(batch, pcap.Packet{
			Time: time.Duration(u32(at+packetSec))*time.Second + time.Duration(u32(at+packetNsec)),
			Link: r.link, Length: uint32(u32(at + packetLen)), Data: block[start:end:end],
		})
		next := u32(at + packetNext)
		if next == 0 {
			break
		}
		at += next
	}
	return batch
}

// release gives the block of next back to the kernel.
func (r *ring) release() {
	if !r.held {
		return
	}
	atomic.StoreUint32(status(r.memory[r.at*blockSize:]), unix.TP_STATUS_KERNEL)
	r.held = false
	r.at = (r.at + 1) % blocks
}

// status is the word by which kernel and program hand a block to each other.
func status(block []byte) *uint32 { return (*uint32)(unsafe.Pointer(&block[blockStatus])) }

// wait waits until there is something to read, the interface is lost, or wake is called.
func (r *ring) wait() error {
	fds := []unix.PollFd{{Fd: int32(r.fd), Events: unix.POLLIN | unix.POLLERR}, {Fd: int32(r.event), Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, -1); err != nil && !errors.Is(err, unix.EINTR) {
		return err
	}
	if fds[0].Revents&(unix.POLLERR|unix.POLLHUP|unix.POLLNVAL) == 0 {
		return nil
	}
	code, err := unix.GetsockoptInt(r.fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	return err
}

// wake ends wait. It may be called by another goroutine.
func (r *ring) wake() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.event < 0 {
		return
	}
	var one [8]byte
	binary.NativeEndian.PutUint64(one[:], 1)
	_, _ = unix.Write(r.event, one[:]) // it fails only if it is awake anyway
}

// dropped returns how many packets found no room since it was last asked.
func (r *ring) dropped() uint64 {
	s, err := unix.GetsockoptTpacketStatsV3(r.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS)
	if err != nil {
		return 0
	}
	return uint64(s.Drops)
}

func (r *ring) close() {
	if r.memory != nil {
		_ = unix.Munmap(r.memory)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.event >= 0 {
		unix.Close(r.event)
		r.event = -1
	}
	unix.Close(r.fd)
}
