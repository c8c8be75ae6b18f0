package detecttest

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/tocsin-wids/tocsin/dot11/radiotap"
	"github.com/tocsin-wids/tocsin/pcap"
)

// readCapture reads a cut as detect/detecttest/cut writes it: a gzipped capture of radiotap or bare frames. Start is the
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
		if p.Link != pcap.LinkIEEE80211 && p.Link != pcap.LinkRadiotap {
			return nil, 0, fmt.Errorf("read %s: link type %d is neither radiotap nor bare 802.11", path, p.Link)
		}
		s := sent{raw: bytes.Clone(p.Data), cut: int64(p.Length) > int64(len(p.Data))}
		if p.Link == pcap.LinkRadiotap && s.strip() != nil {
			continue
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
