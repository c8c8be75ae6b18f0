package app

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detectors"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
	"github.com/tocsin-wids/tocsin/report"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// shard takes the packets of one site from bytes to findings.
type shard struct {
	decoder *capture.Decoder
	tracker *track.Tracker
	engine  *detect.Engine
	after   func(*pcap.Packet, *tocsin.Observation) // each packet was observed; nil observations could not be read; may be nil
	heard   []hearing                               // by the number of the radio
	nearby  *window.Map[tocsin.MAC, struct{}]       // senders of Bluetooth LE, which the tracker does not know
	packets uint64
	octets  uint64
	first   time.Duration // of the packets
	now     time.Duration // of the packet at hand
}

// newShard builds a shard whose findings go to found. The error tells every detector setting that cannot be used.
func newShard(c config.Config, found func(tocsin.Detected), logger *slog.Logger) (*shard, error) {
	s := &shard{
		decoder: capture.NewDecoder(),
		tracker: track.New(track.Options{Protected: protected(c.Policy)}),
		nearby:  window.NewMap[tocsin.MAC, struct{}](maxNearby),
	}
	settings := map[string]detect.Settings{}
	for name, d := range c.Detectors {
		settings[name] = detect.Settings{Off: d.Off, Limits: d.Limits}
	}
	var err error
	s.engine, err = detect.New(detect.Options{
		Specs: detectors.All(), Policy: c.Policy, Settings: settings, Tracker: s.tracker, Report: found, Logger: logger,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSettings, err)
	}
	return s, nil
}

// protected reports whether the policy speaks of an SSID: its networks are kept in memory before all others.
func protected(p tocsin.Policy) func(ssid []byte) bool {
	return func(ssid []byte) bool {
		for _, n := range p.Networks {
			if n.SSID.Match(ssid) {
				return true
			}
		}
		return false
	}
}

// observe takes one packet after the other to the detectors.
func (s *shard) observe(batch []pcap.Packet) {
	for i := range batch {
		s.take(&batch[i], batch[i].Time, true)
	}
}

// observeNow takes packets that were heard just now: the clocks of their radios, of which some may be hours off, are corrected to
// ours. What is too late to be held against what others heard meanwhile is counted and not judged.
func (s *shard) observeNow(batch []pcap.Packet, now time.Duration) {
	for i := range batch {
		s.hearing(batch[i].Interface).arrival.Heard(batch[i].Time, now)
	}
	for i := range batch {
		p := &batch[i]
		h := s.hearing(p.Interface)
		at, ok := h.arrival.Time(p.Time, now)
		if !ok {
			h.late++
		}
		s.take(p, at, ok)
	}
}

// take takes a packet that was on air at the time. One that is too late is not judged.
func (s *shard) take(p *pcap.Packet, at time.Duration, judged bool) {
	if s.packets == 0 {
		s.first = at
	}
	s.packets++
	s.octets += uint64(p.Length)
	s.now = at
	o := s.decoder.Decode(p)
	s.hear(p, o)
	if o != nil && judged {
		o.Time = at
		s.engine.Observe(o)
		s.notice(o)
	}
	if s.after != nil {
		s.after(p, o)
	}
}

// maxNearby bounds the senders of Bluetooth LE that are remembered: most change their address every quarter of an hour.
const maxNearby = 4096

// notice remembers who sends Bluetooth LE.
func (s *shard) notice(o *tocsin.Observation) {
	if o.BLE == nil || o.Radio.FCS == dot11.FCSBad {
		return
	}
	if sender, ok := o.Sender(); ok {
		s.nearby.Put(sender)
	}
}

// devices returns how many devices are remembered, of either kind of radio.
func (s *shard) devices() int { return s.tracker.Devices() + s.nearby.Len() }

// file tells what was read.
func (s *shard) file(name string) report.File {
	return report.File{
		Name: name, Packets: s.packets, Bytes: s.octets, First: s.first, Last: s.now, Networks: s.tracker.Networks(),
	}
}

// warnings tells, one line each, what of the capture could not be used.
func (s *shard) warnings() []string {
	c := s.decoder.Counts()
	var list []string
	for _, link := range slices.Sorted(maps.Keys(c.Unknown)) {
		list = append(list, fmt.Sprintf("%d packets are of link type %d, which is not read", c.Unknown[link], link))
	}
	if c.BadHeader > 0 {
		list = append(list, fmt.Sprintf("%d packets have a radio header that does not hold what it promises", c.BadHeader))
	}
	if c.BadFrame > 0 {
		list = append(list, fmt.Sprintf("%d packets are too short for a frame or are neither 802.11 nor Bluetooth LE", c.BadFrame))
	}
	if c.BadFCS*10 > c.Frames && c.Frames > 0 {
		list = append(list, fmt.Sprintf("%d of %d frames were damaged on the way: the radio hears badly", c.BadFCS, c.Frames))
	}
	for _, d := range s.engine.Counts() {
		if d.Failed {
			list = append(list, fmt.Sprintf("the detector %s failed and was off from then on", d.Header))
		}
	}
	return list
}

// firstParagraph returns the first paragraph of a text in Markdown as one line.
func firstParagraph(text string) string {
	first, _, _ := strings.Cut(text, "\n\n")
	return strings.Join(strings.Fields(first), " ")
}
