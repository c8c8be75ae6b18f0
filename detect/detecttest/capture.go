package detecttest

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tocsin-wids/tocsin/dot11/radiotap"
)

// readCapture reads a cut as detect/detecttest/cut writes it: a gzipped little-endian pcap of radiotap or bare frames.
// Start is the time of its first packet.
func readCapture(path string) (frames []sent, start time.Duration, err error) {
	b, err := unzip(path)
	if err != nil {
		return nil, 0, err
	}
	const (
		fileHeader, recordHeader = 24, 16
		bare, withRadiotap       = 105, 127
	)
	if len(b) < fileHeader {
		return nil, 0, errors.New("the capture has no header")
	}
	unit := time.Microsecond
	switch binary.LittleEndian.Uint32(b) {
	case 0xa1b2c3d4:
	case 0xa1b23c4d:
		unit = time.Nanosecond
	default:
		return nil, 0, errors.New("the capture is not one that detecttest/cut wrote")
	}
	link := binary.LittleEndian.Uint32(b[20:])
	if link != bare && link != withRadiotap {
		return nil, 0, fmt.Errorf("link type %d of the capture is neither radiotap nor bare 802.11", link)
	}
	for b = b[fileHeader:]; len(b) >= recordHeader; {
		le := binary.LittleEndian
		at := time.Duration(le.Uint32(b))*time.Second + time.Duration(le.Uint32(b[4:]))*unit
		size, onAir := int(le.Uint32(b[8:])), int(le.Uint32(b[12:]))
		if size > len(b)-recordHeader {
			return nil, 0, errors.New("the last packet of the capture is cut off")
		}
		s := sent{raw: b[recordHeader : recordHeader+size], cut: onAir > size}
		b = b[recordHeader+size:]
		if link == withRadiotap && s.strip() != nil {
			continue
		}
		if len(frames) == 0 {
			start = at
		}
		s.at = at - start
		frames = append(frames, s)
	}
	return frames, start, nil
}

// strip reads the radio header and takes it and the FCS off the frame.
func (s *sent) strip() error {
	n, err := radiotap.Decode(s.raw, &s.radio)
	if err != nil {
		return err
	}
	s.raw = s.raw[n:]
	if fcs := int(s.radio.FCSLen); fcs <= len(s.raw) && !s.cut {
		s.raw = s.raw[:len(s.raw)-fcs]
	}
	return nil
}

// maxCut bounds what a cut may unpack to.
const maxCut = 16 << 20

func unzip(path string) ([]byte, error) {
	packed, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if len(packed) > 100_000 {
		return nil, fmt.Errorf("%s has %d octets: cut it to 100 kB", path, len(packed))
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, maxCut))
}
