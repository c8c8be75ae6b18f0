// Command cut takes a small piece out of a capture for the testdata of a detector.
//
//	go run ./detect/detecttest/cut IN.pcap[.gz] OUT.pcap.gz START END [FILTER]
//
// START and END are seconds from the first packet. FILTER is a list, parted by commas, of MAC addresses, any of
// which must be in the frame, and of the words management, control and data, any of which it must be. IN is a
// little-endian pcap of radiotap or bare 802.11 frames.
package main

import (
	"bufio"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 5 || len(os.Args) > 6 {
		log.Fatal("usage: cut IN.pcap[.gz] OUT.pcap.gz START END [FILTER]")
	}
	filter, err := readFilter(append(os.Args, "")[5])
	if err != nil {
		log.Fatal(err)
	}
	start, err1 := strconv.ParseFloat(os.Args[3], 64)
	end, err2 := strconv.ParseFloat(os.Args[4], 64)
	if err := errors.Join(err1, err2); err != nil {
		log.Fatal(err)
	}
	packets, octets, err := cut(os.Args[1], os.Args[2], start, end, filter)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("%s: %d packets, %d octets", os.Args[2], packets, octets)
}

// filter says which frames are kept; an empty list keeps all.
type filter struct {
	addresses []dot11.Addr
	types     []uint8
}

func readFilter(text string) (filter, error) {
	var f filter
	types := map[string]uint8{"management": 0, "control": 1, "data": 2}
	for word := range strings.SplitSeq(text, ",") {
		if word == "" {
			continue
		}
		if t, ok := types[word]; ok {
			f.types = append(f.types, t)
			continue
		}
		addr, err := dot11.ParseAddr(word)
		if err != nil {
			return f, fmt.Errorf("filter %q is neither an address nor management, control or data", word)
		}
		f.addresses = append(f.addresses, addr)
	}
	return f, nil
}

func (f filter) keeps(frame *dot11.Frame) bool {
	if len(f.types) > 0 && !slices.Contains(f.types, uint8(frame.Kind>>4)) {
		return false
	}
	return len(f.addresses) == 0 || slices.ContainsFunc(f.addresses, func(a dot11.Addr) bool {
		return a == frame.Addr1 || a == frame.Addr2 || a == frame.Addr3
	})
}

// cut copies the packets of in between start and end that filter keeps to out.
func cut(in, out string, start, end float64, keep filter) (packets, octets int64, err error) {
	r, err := open(in)
	if err != nil {
		return 0, 0, err
	}
	header := make([]byte, 24)
	if _, err := io.ReadFull(r, header); err != nil {
		return 0, 0, fmt.Errorf("read the header of %s: %w", in, err)
	}
	unit := map[uint32]float64{0xa1b2c3d4: 1e-6, 0xa1b23c4d: 1e-9}[binary.LittleEndian.Uint32(header)]
	link := binary.LittleEndian.Uint32(header[20:])
	if unit == 0 || link != 105 && link != 127 {
		return 0, 0, fmt.Errorf("%s is not a little-endian pcap of radiotap or bare frames", in)
	}
	file, err := os.Create(out)
	if err != nil {
		return 0, 0, err
	}
	w := gzip.NewWriter(file)
	_, err = w.Write(header)
	for first := -1.0; err == nil; {
		var record []byte
		if record, err = next(r); err != nil {
			break
		}
		at := float64(binary.LittleEndian.Uint32(record)) + float64(binary.LittleEndian.Uint32(record[4:]))*unit
		if first < 0 {
			first = at
		}
		if at-first < start || at-first > end || !keep.keepsPacket(record[16:], link) {
			continue
		}
		_, err = w.Write(record)
		packets++
	}
	if !errors.Is(err, io.EOF) {
		return packets, 0, err
	}
	if err := errors.Join(w.Close(), file.Close()); err != nil {
		return packets, 0, err
	}
	info, err := os.Stat(out)
	if err != nil {
		return packets, 0, err
	}
	return packets, info.Size(), nil
}

func (f filter) keepsPacket(b []byte, link uint32) bool {
	var radio dot11.Radio
	var frame dot11.Frame
	n := 0
	if link == 127 {
		var err error
		if n, err = radiotap.Decode(b, &radio); err != nil {
			return false
		}
	}
	_ = frame.Decode(b[n:]) // a frame that is cut off has the addresses that are there
	return f.keeps(&frame)
}

// open reads a file, unpacked if it is gzipped.
func open(path string) (io.Reader, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	r := bufio.NewReader(file)
	if magic, err := r.Peek(2); err == nil && magic[0] == 0x1f && magic[1] == 0x8b {
		return gzip.NewReader(r)
	}
	return r, nil
}

// next reads one record with its header; io.EOF at the end.
func next(r io.Reader) ([]byte, error) {
	record := make([]byte, 16, 512)
	if _, err := io.ReadFull(r, record); err != nil {
		return nil, err
	}
	size := binary.LittleEndian.Uint32(record[8:])
	if size > 1<<18 {
		return nil, fmt.Errorf("a packet of %d octets cannot be", size)
	}
	record = append(record, make([]byte, size)...)
	if _, err := io.ReadFull(r, record[16:]); err != nil {
		return nil, fmt.Errorf("read a packet: %w", err)
	}
	return record, nil
}
