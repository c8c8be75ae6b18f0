package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/events"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/kismetdb"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/capture/tzsp"
	"github.com/tocsin-wids/tocsin/pcap"
)

// openSources makes the sources that the configuration names and adds those of o.
func (s *Server) openSources() error {
	for _, definition := range s.options.Config.Server.Sources {
		source, err := openSource(definition, s.radios)
		if err != nil {
			return err
		}
		if _, err := s.addSource(definition, source); err != nil {
			return err
		}
	}
	for _, source := range s.options.Sources {
		if _, err := s.addSource("", source); err != nil {
			return err
		}
	}
	return nil
}

// addSource takes a source in, and notes where its definition says that it is.
func (s *Server) addSource(definition string, source capture.Source) (*sourceState, error) {
	state, err := s.roster.add(definition, source)
	if err != nil {
		return nil, err
	}
	_, text := cutDefinition(definition)
	options, _ := splitOptions(text) // whoever made the source has told of mistakes
	own, _, _ := standingOf(options)
	s.places.put(state.number-1, own)
	return state, nil
}

// openSource reads "PATH[:key=value,…]", "INTERFACE[:key=value,…]", "tzsp:key=value,…" or "kismet:key=value,…" as Kismet writes
// sources.
func openSource(definition string, r radios) (capture.Source, error) {
	path, text := cutDefinition(definition)
	options, err := splitOptions(text)
	if err == nil {
		_, options, err = cutUUID(options)
	}
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", withoutSecrets(definition), err)
	}
	if _, options, err = standingOf(options); err != nil {
		return nil, fmt.Errorf("source %s: %w", definition, err)
	}
	var s capture.Source
	switch {
	case kismetdb.Is(path):
		s, err = logSource(path, options)
	case path == replay.Stdin, isFile(path):
		s, err = fileSource(path, options)
	case path == "tzsp":
		s, err = tzspSource(options)
	case path == "kismet":
		s, err = kismetSource(options)
	case monitor.Exists(path), slices.Contains(options, option{"type", radioType}):
		s, err = r.source(path, options)
	default:
		err = errors.New("neither a capture file nor an interface of this machine nor -; `tocsin sources` lists radios")
	}
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", withoutSecrets(definition), err)
	}
	return s, nil
}

// cutDefinition parts what a source is from its options. A file may have a colon in its name.
func cutDefinition(definition string) (path, options string) {
	if isFile(definition) {
		return definition, ""
	}
	path, options, _ = strings.Cut(definition, ":")
	return path, options
}

// uuidForm is how the identifier of a source is written.
var uuidForm = regexp.MustCompile(`^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$`)

// cutUUID takes the identifier out of options, which is "" if there is none.
func cutUUID(options []option) (uuid string, rest []option, err error) {
	for _, o := range options {
		if o.key != "uuid" {
			rest = append(rest, o)
		} else if uuid = strings.ToUpper(o.value); !uuidForm.MatchString(uuid) {
			return "", nil, fmt.Errorf("uuid=%s is not of the form 5FE308BD-0000-0000-0000-00C0CAB1B2B3", o.value)
		}
	}
	return uuid, rest, nil
}

// fileSource returns the source for a capture.
func fileSource(path string, options []option) (capture.Source, error) {
	o := replay.Options{Path: path}
	for _, option := range options {
		switch {
		case option.key == "name":
			o.Name = option.value
		case option.key == "realtime" && option.value == "true":
			o.Speed = 1
		case option.key == "realtime" && option.value == "false":
		default:
			return nil, fmt.Errorf("option %q is not known of captures; name=… names it, realtime=true replays at the speed of the capture", option.key+"="+option.value)
		}
	}
	switch {
	case path == replay.Stdin:
		o.Open = func() (io.ReadCloser, error) { return replay.Interruptible(os.Stdin), nil }
		return replay.Pipe{Source: replay.New(o)}, nil
	case replay.IsFIFO(path):
		return replay.Pipe{Source: replay.New(o)}, nil
	}
	return replay.New(o), nil
}

// tzspPort is what access points send to unless they are told otherwise.
const tzspPort = ":37008"

// tzspSource returns the source for access points that stream what they hear.
func tzspSource(options []option) (capture.Source, error) {
	o := tzsp.Options{Listen: tzspPort}
	for _, option := range options {
		switch option.key {
		case "name":
			o.Name = option.value
		case "listen":
			o.Listen = option.value
		case "from":
			network, err := netip.ParsePrefix(option.value)
			if err != nil {
				address, err := netip.ParseAddr(option.value)
				if err != nil {
					return nil, fmt.Errorf("from=%s is neither an address nor a network such as 192.168.88.0/24", option.value)
				}
				network = netip.PrefixFrom(address, address.BitLen())
			}
			o.From = append(o.From, network)
		default:
			return nil, fmt.Errorf("option %q is not known of TZSP; from=… says whose packets are taken, listen=… where, name=… names it", option.key+"="+option.value)
		}
	}
	if len(o.From) == 0 {
		return nil, errors.New("from=… is missing: anybody can send such packets, so say whose are taken, such as from=192.168.88.0/24")
	}
	return tzsp.New(o), nil
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// errClosed is why a source is no longer listened to that somebody closed.
var errClosed = errors.New("closed by command")

// closedText is what Kismet says of such a source.
const closedText = "Source disabled"

// listen runs one source to its end and says what became of it. One that fails and can be opened again is, until ctx is done or
// somebody closes it. It does nothing if the source is listened to already.
func (s *Server) listen(ctx context.Context, state *sourceState) {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	topic := events.TopicSourceOpened
	if state.isNew() {
		topic = events.TopicNewSource
	}
	if !state.begin(stop) {
		return
	}
	defer state.leave()
	s.announce(topic, state)
	s.ledger.Say(tocsin.MessageInfo, "Reading "+state.called())
	for {
		state.attempt()
		err := s.hear(ctx, state)
		s.flush()
		problem := failure(state.source, err)
		if ctx.Err() != nil || problem == nil {
			s.ended(ctx, state, err)
			return
		}
		pause := s.failed(state, problem)
		if pause == 0 {
			return
		}
		if !state.rest(ctx, pause) {
			s.ended(ctx, state, nil)
			return
		}
	}
}

// hear runs a source once and takes what it delivers to the detectors.
func (s *Server) hear(ctx context.Context, state *sourceState) error {
	numbers := map[uint16]uint16{}
	take, end := s.taker(ctx, state)
	defer end()
	return state.source.Run(ctx, func(batch []pcap.Packet) error {
		if state.paused.Load() {
			batch = nil
		}
		for j := range batch {
			radio := batch[j].Interface
			n, ok := numbers[radio]
			if !ok {
				n = s.sensors.number(state.number-1, radio, func() string { return radioName(state.source, radio) })
				numbers[radio] = n
			}
			batch[j].Interface = n
		}
		s.delivered(state, batch)
		return take(batch)
	})
}

// taker returns what takes the batches of a source, and what ends it: then all that was taken has been looked at. What is
// live gets a queue, so that neither waits for the other.
func (s *Server) taker(ctx context.Context, state *sourceState) (take func([]pcap.Packet) error, end func()) {
	if state.backlog == nil {
		return func(batch []pcap.Packet) error {
			s.observe(batch, state.uuid, false)
			return nil
		}, func() {}
	}
	live := state.source.(capture.Live)
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		state.backlog.run(ended, func(list []pcap.Packet) {
			for part := range slices.Chunk(list, lookAtOnce) {
				s.observe(part, state.uuid, live.Live())
			}
		})
	}()
	return func(batch []pcap.Packet) error { return state.backlog.add(ctx, batch, live.Live()) },
		func() {
			close(ended)
			<-done
		}
}

// lookAtOnce is how many waiting packets are looked at before others may have the lock of the shard.
const lookAtOnce = 256

// errStopped is the end of a source of what happens now.
var errStopped = errors.New("it ended: whoever wrote to it has stopped")

// failure returns what went wrong with a source whose Run returned err; nil if it came to its end. A file that was cut off
// is read as far as it goes.
func failure(source capture.Source, err error) error {
	l, ok := source.(capture.Live)
	live := ok && l.Live()
	switch {
	case err == nil && live:
		return errStopped
	case errors.Is(err, pcap.ErrTruncated) && !live:
		return nil
	}
	return err
}

func reopens(source capture.Source) bool {
	l, ok := source.(capture.Live)
	return ok && l.Reopens()
}

// delivered notes a batch, and says if its source is open again.
func (s *Server) delivered(state *sourceState, batch []pcap.Packet) {
	reopened, news := state.delivered(batch)
	if reopened {
		s.announce(events.TopicSourceOpened, state)
	}
	if news != "" {
		s.ledger.Tell(&tocsin.SourceOpen, state.called(), fmt.Sprintf("The source %s %s", state.called(), news))
	}
}

// failed says that a source failed and what happens next. The pause before that is 0 if nothing does.
func (s *Server) failed(state *sourceState, err error) time.Duration {
	packets := state.counts().Packets
	s.logger.Error("source failed", "source", state.source.Name(), "packets", packets, "error", err)
	text := fmt.Sprintf("The source %s failed after %s: %s; ", state.called(), count(int(packets), "packet"), err)
	if !reopens(state.source) {
		state.end(err.Error(), "")
		s.announce(events.TopicSourceError, state)
		s.ledger.Tell(&tocsin.SourceError, state.called(), text+"it is not opened again")
		return 0
	}
	pause, tell := state.fail(err.Error())
	s.announce(events.TopicSourceError, state)
	next := fmt.Sprintf("it is opened again in %s", pause)
	if _, ok := state.source.(*remote.Source); ok {
		next = "it is heard again when it comes back"
	}
	text += fmt.Sprintf("%s, %s so far", next, count(state.failures(), "failure"))
	if !tell || !s.ledger.Tell(&tocsin.SourceError, state.called(), text) {
		s.ledger.Say(tocsin.MessageError, text)
	}
	return pause
}

// ended says that a source ended without a failure, or with the server.
func (s *Server) ended(ctx context.Context, state *sourceState, err error) {
	warning := ""
	if err != nil && ctx.Err() == nil {
		warning = err.Error()
	}
	problem := ""
	if errors.Is(context.Cause(ctx), errClosed) {
		problem = closedText
	}
	state.end(problem, warning)
	s.announce(events.TopicSourceClosed, state)
	if ctx.Err() == nil || problem != "" {
		s.ledger.Say(tocsin.MessageInfo, fmt.Sprintf("The source %s ended after %s", state.called(), count(int(state.counts().Packets), "packet")))
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
