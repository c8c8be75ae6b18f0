package events

import (
	"net"

	"golang.org/x/sys/unix"
)

// maxList is how many buffers the kernel takes at once, IOV_MAX.
const maxList = 1024

// writeNow writes what conn takes without waiting, and returns how many bytes that was.
func writeNow(conn *net.TCPConn, frames [][]byte) (int, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, err
	}
	n, failed := 0, error(nil)
	err = raw.Write(func(fd uintptr) bool {
		for {
			if n, failed = unix.Writev(int(fd), frames[:min(len(frames), maxList)]); failed != unix.EINTR {
				return true // whatever it was: true is not to wait
			}
		}
	})
	switch {
	case err != nil:
		return 0, err
	case failed == unix.EAGAIN:
		return 0, nil
	}
	return max(n, 0), failed
}
