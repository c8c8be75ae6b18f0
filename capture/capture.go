// Package capture is the contract of everything that hears frames, and the decoding of what they deliver down to
// the 802.11 frame or the Bluetooth LE packet.
package capture

import (
	"context"

	"github.com/tocsin-wids/tocsin/pcap"
)

// Source hears frames and hands them on.
type Source interface {
	// Name is what people call the source; it never changes.
	Name() string

	// Run delivers packets in time order until ctx is done or the source ends. Deliver is called by one
	// goroutine; the packets and their bytes are the source's again when it returns. An error of deliver ends
	// Run with that error, and after ctx is done it is not called again. A source that ended by itself, such as a file,
	// returns nil. An empty batch says that the source is open and has heard nothing yet; a Live source begins with one.
	Run(ctx context.Context, deliver func([]pcap.Packet) error) error

	// Sensors names the radios heard so far; pcap.Packet.Interface is an index into it.
	Sensors() []string

	// Counts tells what was delivered and lost so far. It may be called while Run runs.
	Counts() Counts
}

// Live is a Source of what happens now, whose end is a failure. Any other waits for deliver as long as it takes, and loses
// nothing.
type Live interface {
	Source

	// Live reports whether the newest batch was of now when it came, so that deliver must not make the source wait.
	Live() bool

	// Reopens reports whether Run may be called again after it failed, to go on with what is heard from then on.
	Reopens() bool
}

// Counts is what became of the frames of one source.
type Counts struct {
	Packets uint64
	Bytes   uint64
	Lost    uint64 // by the radio, the kernel or the source itself, as far as they told
	Kernel  uint64 // of Lost: those that found no room in the kernel's buffer
}
