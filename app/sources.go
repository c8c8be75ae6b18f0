package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/pcap"
)

// sensors numbers the radios of all sources: those of one source follow each other as they are heard of.
type sensors struct {
	mu    sync.Mutex
	names []string
	known map[sensorKey]uint16
}

type sensorKey struct {
	source int
	radio  uint16
}

// maxSensors bounds the table that a capture with many interfaces can fill.
const maxSensors = 1 << 15

// number returns the number of a radio.
func (s *sensors) number(source int, radio uint16, name func() string) uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := sensorKey{source, radio}
	n, ok := s.known[key]
	if ok || len(s.names) == maxSensors {
		return n
	}
	if s.known == nil {
		s.known = map[sensorKey]uint16{}
	}
	n = uint16(len(s.names))
	s.known[key] = n
	s.names = append(s.names, name())
	return n
}

func (s *sensors) name(n uint16) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if int(n) < len(s.names) {
		return s.names[n]
	}
	return ""
}

// openSources makes the sources that the configuration names and adds those of o.
func openSources(o Options) ([]capture.Source, error) {
	var list []capture.Source
	for _, definition := range o.Config.Server.Sources {
		s, err := openSource(definition)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return append(list, o.Sources...), nil
}

// openSource reads "PATH[:key=value,…]" as Kismet writes sources; of the keys name and realtime are known.
func openSource(definition string) (capture.Source, error) {
	path, options, _ := strings.Cut(definition, ":")
	if isFile(definition) {
		path, options = definition, ""
	}
	o := replay.Options{Path: path}
	for option := range strings.SplitSeq(options, ",") {
		switch key, value, _ := strings.Cut(option, "="); {
		case option == "":
		case key == "name":
			o.Name = value
		case key == "realtime" && value == "true":
			o.Speed = 1
		case key == "realtime" && value == "false":
		default:
			return nil, fmt.Errorf("source %s: option %q is not known; name=… names it, realtime=true replays at the speed of the capture", definition, option)
		}
	}
	switch {
	case path == replay.Stdin:
		o.Open = func() (io.ReadCloser, error) { return replay.Interruptible(os.Stdin), nil }
	case !isFile(path):
		return nil, fmt.Errorf("source %s: neither a capture file nor -; radios cannot be opened yet", definition)
	}
	return replay.New(o), nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// listen runs one source to its end and says what became of it.
func (s *Server) listen(ctx context.Context, i int) {
	source, state := s.sources[i], s.states[i]
	state.begin()
	s.announce(events.TopicNewSource, state)
	s.ledger.Say(tocsin.MessageInfo, "Reading "+tocsin.Quote([]byte(source.Name())))
	numbers := map[uint16]uint16{}
	err := source.Run(ctx, func(batch []pcap.Packet) error {
		for j := range batch {
			radio := batch[j].Interface
			n, ok := numbers[radio]
			if !ok {
				n = s.sensors.number(i, radio, func() string { return radioName(source, radio) })
				numbers[radio] = n
			}
			batch[j].Interface = n
		}
		state.delivered(batch)
		s.observe(batch, state.uuid)
		return nil
	})
	s.flush()
	packets := source.Counts().Packets
	switch {
	case ctx.Err() != nil:
		state.end("", "")
		s.announce(events.TopicSourceClosed, state)
	case err != nil && !errors.Is(err, pcap.ErrTruncated):
		text := fmt.Sprintf("The source %s failed after %d packets: %s", tocsin.Quote([]byte(source.Name())), packets, err)
		s.logger.Error("source failed", "source", source.Name(), "packets", packets, "error", err)
		state.end(err.Error(), "")
		s.announce(events.TopicSourceError, state)
		s.ledger.OneShot("SOURCEERROR", tocsin.System, tocsin.Critical, text)
	default:
		warning := ""
		if err != nil {
			warning = err.Error()
		}
		state.end("", warning)
		s.announce(events.TopicSourceClosed, state)
		s.ledger.Say(tocsin.MessageInfo, fmt.Sprintf("The source %s ended after %d packets", tocsin.Quote([]byte(source.Name())), packets))
	}
}

// announce tells clients of the event bus what became of a source: of a new one its record, else its UUID.
func (s *Server) announce(topic string, state *sourceState) {
	now := time.Now()
	var payload api.Payload = api.Text(state.uuid)
	if topic == events.TopicNewSource {
		payload = kismet.SourcePayload(state.record(), now)
	}
	s.ledger.Publish(events.NewEvent(topic, now, payload))
}

// radioName names a radio of a source by its interface, or by the source where there is no other name.
func radioName(source capture.Source, radio uint16) string {
	if names := source.Sensors(); int(radio) < len(names) {
		return names[radio]
	}
	return source.Name()
}
