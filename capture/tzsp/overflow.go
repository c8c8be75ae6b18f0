package tzsp

import (
	"encoding/binary"
	"net"
	"unsafe"

	"golang.org/x/sys/unix"
)

// countLost asks the kernel to say with each packet how many found no room.
func countLost(conn *net.UDPConn) error {
	raw, err := conn.SyscallConn()
	if err != nil {
		return err
	}
	failed := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RXQ_OVFL, 1) })
	if failed != nil {
		return failed
	}
	return err
}

// overflow reads how many packets found no room since the socket was opened from the control message that comes with one.
// There is none before the first is lost.
func overflow(control []byte) (total uint32, ok bool) {
	const head = int(unsafe.Sizeof(unix.Cmsghdr{}))
	if len(control) < head+4 {
		return 0, false
	}
	h := (*unix.Cmsghdr)(unsafe.Pointer(&control[0]))
	if h.Level != unix.SOL_SOCKET || h.Type != unix.SO_RXQ_OVFL {
		return 0, false
	}
	return binary.NativeEndian.Uint32(control[head:]), true
}
