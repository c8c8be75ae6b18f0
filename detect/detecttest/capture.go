package detecttest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
	"github.com/tocsin-wids/tocsin/pcap"
)

// readCapture reads a cut as detect/detecttest/cut writes it: a gzipped capture of radiotap or bare frames, or of Bluetooth LE. Start is the
// time of its first frame.
func readCapture(path string) (frames []sent, start time.Duration, err error) {
	b, err := unzip(path)
	if err != nil {
		return nil, 0, err
	}
	r, err := pcap.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, 0, fmt.Errorf("read %s: %w", path, err)
	}
	for {
		var p pcap.Packet
		if err := r.Next(&p); errors.Is(err, io.EOF) {
			return frames, start, nil
		} else if err != nil {
			return nil, 0, fmt.Errorf("read %s: %w", path, err)
		}
		s := sent{raw: bytes.Clone(p.Data), cut: int64(p.Length) > int64(len(p.Data))}
		switch p.Link {
		case pcap.LinkIEEE80211:
		case pcap.LinkRadiotap:
			if s.strip() != nil {
				continue
			}
		case pcap.LinkBLE, pcap.LinkBLERadio, pcap.LinkNordicBLE:
			if !s.unpack(p) {
				continue
			}
		default:
			return nil, 0, fmt.Errorf("read %s: link type %d is neither radiotap nor bare 802.11 nor Bluetooth LE", path, p.Link)
		}
		if len(frames) == 0 {
			start = p.Time
		}
		s.at = p.Time - start
		frames = append(frames, s)
	}
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

// unpack reads a packet of Bluetooth LE behind its radio header, and reports whether there is one.
func (s *sent) unpack(p pcap.Packet) bool {
	p.Data = s.raw
	o := capture.NewDecoder().Decode(&p) // of its own: the packet may point into its buffer
	if o == nil {
		return false
	}
	s.packet, s.radio = o.BLE, o.Radio
	return true
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
