// Package wire is the language of the capture tools of Kismet, version 3: a header, and a MessagePack map whose keys are numbers.
//
// The decoders are total and tolerant: keys may come in any order, come twice (the last counts), or be unknown; integers and
// floats may have any width, and text may be text or octets. A value of a wrong kind counts as absent. Only what cannot be
// walked to its end is an error.
//
// # Format
//
// A frame is a header of 20 octets, all numbers in network order, and the payload:
//
//	0 signature 0xDECAFBAD    8 length of the payload    16 sequence number
//	4 sentinel 0xA9A9        12 command
//	6 version 3              14 code
//
// # Memory
//
// Nothing is allocated by a length that a sender states, nesting is walked without recursion, and the work is bounded by the
// octets that came. A Report is decoded in place and allocates nothing.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
)

// HeaderLen is the length of a header.
const HeaderLen = 20

// MaxFrame is the longest frame that is taken, header included. Tools that listen to radios send no more than 8.4 kB, and Kismet
// takes 16 kB; but the tool for files sends records as long as they are, and one that is too long ends the session and all that
// would come after. 64 KiB is what the tools themselves hold of one frame.
const MaxFrame = 64<<10 - 1

// What a header begins with.
const (
	signature  = 0xdecafbad
	sentinel   = 0xa9a9
	sentinelV2 = 0xabcd
	version    = 3
)

// Errors of DecodeHeader.
var (
	ErrSignature = errors.New("it does not speak the protocol of capture tools")
	ErrVersion   = errors.New("it speaks an older version of the protocol than 3: update the capture tool")
	ErrLong      = fmt.Errorf("its frame is longer than %d octets", MaxFrame)
)

// ErrPayload is a payload that cannot be walked to its end.
var ErrPayload = errors.New("its frame holds no whole MessagePack map")

// Command is what a frame is.
type Command uint16

// The commands of capture tools.
const (
	Ping          Command = 2
	Pong          Command = 3
	Shutdown      Command = 4
	Message       Command = 5
	Error         Command = 6
	ProbeRequest  Command = 10
	ProbeReport   Command = 11
	OpenRequest   Command = 12
	OpenReport    Command = 13
	ListRequest   Command = 14
	ListReport    Command = 15
	PacketReport  Command = 16
	ConfigRequest Command = 17
	ConfigReport  Command = 18
	NewSource     Command = 19
)

// FromServer reports whether only servers send the command to capture tools.
func (c Command) FromServer() bool {
	return c == ProbeRequest || c == OpenRequest || c == ListRequest || c == ConfigRequest
}

// Header precedes each payload.
type Header struct {
	Length   uint32 // of the payload
	Command  Command
	Code     uint16 // success or failure, as the command has it
	Sequence uint32
}

// DecodeHeader reads the header that b, which has at least HeaderLen octets, begins with. An error is known from what came,
// even if the rest is missing: so b may be shorter, and then ok is false where more is needed.
func DecodeHeader(b []byte) (h Header, ok bool, err error) {
	switch {
	case len(b) >= 4 && binary.BigEndian.Uint32(b) != signature:
		return Header{}, false, ErrSignature
	case len(b) < 8:
		return Header{}, false, nil
	}
	switch mark, v := binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]); {
	case mark == sentinelV2, mark == sentinel && v < version:
		return Header{}, false, ErrVersion
	case mark != sentinel:
		return Header{}, false, ErrSignature
	case v != version:
		return Header{}, false, fmt.Errorf("it speaks version %d of the protocol, which is not known here", v)
	case len(b) < 12:
		return Header{}, false, nil
	}
	h.Length = binary.BigEndian.Uint32(b[8:])
	switch {
	case h.Length > MaxFrame-HeaderLen:
		return Header{}, false, ErrLong
	case len(b) < HeaderLen:
		return Header{}, false, nil
	}
	h.Command = Command(binary.BigEndian.Uint16(b[12:]))
	h.Code = binary.BigEndian.Uint16(b[14:])
	h.Sequence = binary.BigEndian.Uint32(b[16:])
	return h, true, nil
}

// Append appends a frame.
func Append(b []byte, h Header, payload []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, signature)
	b = binary.BigEndian.AppendUint16(b, sentinel)
	b = binary.BigEndian.AppendUint16(b, version)
	b = binary.BigEndian.AppendUint32(b, uint32(len(payload)))
	b = binary.BigEndian.AppendUint16(b, uint16(h.Command))
	b = binary.BigEndian.AppendUint16(b, h.Code)
	b = binary.BigEndian.AppendUint32(b, h.Sequence)
	return append(b, payload...)
}
