// Command cut takes a small piece out of a capture for the testdata of a detector.
//
//	go run ./detect/detecttest/cut IN OUT.pcap.gz START END [FILTER]
//
// START and END are seconds from the first packet. FILTER is a list, parted by commas, of MAC addresses, any of
// which must be in the frame, and of the words management, control and data, any of which it must be. IN is a file
// that tocsin analyze can read, of radiotap or bare 802.11 frames. OUT is a gzipped pcap.
package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
	"github.com/tocsin-wids/tocsin/pcap"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) < 5 || len(os.Args) > 6 {
		log.Fatal("usage: cut IN OUT.pcap.gz START END [FILTER]")
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
	packets, octets, err := cut(os.Args[1], os.Args[2], selection{seconds(start), seconds(end), filter})
	if packets > 0 {
		log.Printf("%s: %d packets, %d octets", os.Args[2], packets, octets)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// selection says which packets are kept: those from start to end after the first of the capture.
type selection struct {
	start, end time.Duration
	filter     filter
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

var (
	errNothing = errors.New("no frame of that time passes the filter")
	errLink    = errors.New("only radiotap and bare 802.11 frames can be cut")
)

// cut copies the packets of in that keep selects to out. Of a capture that is damaged, those before the damage are
// copied, and the error says where it is.
func cut(in, out string, keep selection) (packets int, octets int64, err error) {
	c := &cutter{out: out, keep: keep}
	err = replay.New(replay.Options{Path: in}).Run(context.Background(), c.take)
	if err == nil && c.packets == 0 {
		err = errNothing
	}
	if err != nil {
		err = fmt.Errorf("cut %s: %w", in, err)
	}
	octets, closing := c.close()
	return c.packets, octets, errors.Join(err, closing)
}

// cutter writes what is kept. The file is made for the first packet of it: a pcap has one link type.
type cutter struct {
	out     string
	keep    selection
	begun   bool
	first   time.Duration
	packets int
	file    *os.File
	gzip    *gzip.Writer
	writer  *pcap.Writer
}

func (c *cutter) take(batch []pcap.Packet) error {
	for i := range batch {
		p := &batch[i]
		if !c.begun {
			c.begun, c.first = true, p.Time
		}
		if p.Link != pcap.LinkRadiotap && p.Link != pcap.LinkIEEE80211 {
			return fmt.Errorf("packet %d of link type %d: %w", p.Number, p.Link, errLink)
		}
		if at := p.Time - c.first; at < c.keep.start || at > c.keep.end || !c.keep.filter.keepsPacket(p) {
			continue
		}
		if err := c.write(*p); err != nil {
			return err
		}
	}
	return nil
}

// write writes p, whichever interface heard it.
func (c *cutter) write(p pcap.Packet) (err error) {
	if c.writer == nil {
		if c.file, err = os.Create(c.out); err != nil {
			return err
		}
		c.gzip = gzip.NewWriter(c.file)
		if c.writer, err = pcap.NewClassicWriter(c.gzip, p.Link); err != nil {
			return err
		}
	}
	p.Interface = 0
	if err := c.writer.Write(&p); err != nil {
		return err
	}
	c.packets++
	return nil
}

// close returns how large the file is.
func (c *cutter) close() (octets int64, err error) {
	if c.file == nil {
		return 0, nil
	}
	err = c.gzip.Close()
	info, err2 := c.file.Stat()
	if err2 == nil {
		octets = info.Size()
	}
	return octets, errors.Join(err, err2, c.file.Close())
}

func (f filter) keepsPacket(p *pcap.Packet) bool {
	var radio dot11.Radio
	var frame dot11.Frame
	n := 0
	if p.Link == pcap.LinkRadiotap {
		var err error
		if n, err = radiotap.Decode(p.Data, &radio); err != nil {
			return false
		}
	}
	_ = frame.Decode(p.Data[n:]) // a frame that is cut off has the addresses that are there
	return f.keeps(&frame)
}
