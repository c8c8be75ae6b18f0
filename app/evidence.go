package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// What is kept of a capture as evidence: frames of the same devices shortly before and after those that show a finding.
const (
	evidenceAround  = 2 * time.Second
	evidencePackets = 5000 // of one file, beside the frames that show the findings
	evidenceFiles   = 500
)

// evidence is the frames of one fingerprint's alerts.
type evidence struct {
	path      string
	comments  map[uint64]string // by frame
	addresses []tocsin.MAC
	spans     []span // in which frames of the addresses belong to it, in order

	file   *os.File
	buffer *bufio.Writer
	out    *pcap.Mixer
	around int
}

type span struct{ from, to time.Duration }

// evidences collects what the alerts of one capture rest on. A nil one collects nothing.
type evidences struct {
	folder string
	begun  int // files, of all captures
	list   []*evidence
	by     map[string]*evidence // by fingerprint
}

// next begins with another capture.
func (e *evidences) next() {
	if e != nil {
		e.list, e.by = nil, map[string]*evidence{}
	}
}

// add takes an alert as it is raised. Those of which there are too many files already are passed over.
func (e *evidences) add(a *tocsin.Alert) {
	if e == nil {
		return
	}
	v := e.by[a.Fingerprint]
	if v == nil {
		if e.begun == evidenceFiles {
			return
		}
		e.begun++
		v = &evidence{
			path:     filepath.Join(e.folder, fmt.Sprintf("%03d-%s.pcapng", e.begun, a.Header)),
			comments: map[uint64]string{},
		}
		e.by[a.Fingerprint], e.list = v, append(e.list, v)
	}
	at := time.Duration(a.FrameTime.UnixNano())
	v.spans = append(v.spans, span{at - evidenceAround, at + evidenceAround})
	for _, mac := range []tocsin.MAC{a.Transmitter, a.Source, a.Dest} {
		if !mac.IsZero() && !mac.IsGroup() && !slices.Contains(v.addresses, mac) {
			v.addresses = append(v.addresses, mac)
		}
	}
	for i, n := range a.Frames {
		if i == len(a.Frames)-1 {
			v.comments[n] = fmt.Sprintf("%s: %s (%s)", a.Header, a.Text, reason(a.Reason))
		} else if v.comments[n] == "" {
			v.comments[n] = a.Header
		}
	}
}

func reason(r tocsin.Reason) string {
	s := fmt.Sprintf("%s: %s", r.What, r.Observed)
	if r.Limit != "" {
		s += ", limit " + r.Limit
	}
	return s
}

// write reads the capture again and writes what belongs to the alerts. A capture that is cut off gave its alerts before.
func (e *evidences) write(ctx context.Context, path string) (err error) {
	if e == nil || len(e.list) == 0 {
		return nil
	}
	defer func() {
		for _, v := range e.list {
			err = errors.Join(err, v.close())
		}
	}()
	source, d := newRecording(path, nil), capture.NewDecoder()
	err = source.Run(ctx, func(batch []pcap.Packet) error {
		for i := range batch {
			if err := e.packet(&batch[i], source, d); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, pcap.ErrTruncated) {
		return nil
	}
	return err
}

// packet writes p to the evidence that it belongs to.
func (e *evidences) packet(p *pcap.Packet, source capture.Source, d *capture.Decoder) error {
	o := d.Decode(p)
	for _, v := range e.list {
		comment, shows := v.comments[p.Number]
		if !shows {
			if o == nil || v.around == evidencePackets || !v.near(p.Time) || !v.concerns(o) {
				continue
			}
			v.around++
		}
		if err := v.write(*p, comment, source); err != nil {
			return err
		}
	}
	return nil
}

// near reports whether at is in one of the spans. Those that are over are forgotten: packets come in order of time, or nearly.
func (v *evidence) near(at time.Duration) bool {
	for len(v.spans) > 1 && v.spans[0].to < at {
		v.spans = v.spans[1:]
	}
	return v.spans[0].from <= at && at <= v.spans[0].to
}

// concerns reports whether an address of the frame is one of the evidence's.
func (v *evidence) concerns(o *tocsin.Observation) bool {
	if o.BLE != nil {
		sender, ok := o.Sender()
		return ok && slices.Contains(v.addresses, sender)
	}
	return slices.ContainsFunc([]dot11.Addr{o.Frame.Addr1, o.Frame.Addr2, o.Frame.BSSID}, func(a dot11.Addr) bool { return slices.Contains(v.addresses, a) })
}

// write writes a packet, to a file that must not be there yet.
func (v *evidence) write(p pcap.Packet, comment string, source capture.Source) (err error) {
	if v.file == nil {
		if v.file, err = os.OpenFile(v.path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644); err != nil {
			return fmt.Errorf("%w: %w; choose a folder that is empty", ErrEvidence, err)
		}
		v.buffer = bufio.NewWriter(v.file)
		radio := func(n uint16) pcap.Interface {
			return pcap.Interface{Name: sensorName(source.Sensors(), n, source.Name())}
		}
		if v.out, err = pcap.NewMixer(v.buffer, radio); err != nil {
			return err
		}
	}
	if comment != "" {
		p.Comment = comment
	}
	return v.out.Write(p)
}

func (v *evidence) close() error {
	if v.file == nil {
		return nil
	}
	err := errors.Join(v.buffer.Flush(), v.file.Close())
	v.file = nil
	return err
}
