package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// Options configures a Server.
type Options struct {
	Logger *slog.Logger                                 // discards if nil
	Say    func(flags tocsin.MessageFlags, text string) // tells people; silent if nil

	// Arrived is told of a sensor whose source is to be run: of a new one, and of one that came back. Its error is why the
	// sensor is refused. It must not wait for Run. The context ends with the session.
	Arrived func(ctx context.Context, source *Source, isNew bool) error

	KeepTime bool // sensors' own times are kept, where their definition does not say otherwise
	Sessions int  // at most; DefaultSessions if 0
}

// DefaultSessions is how many sensors are heard at a time.
const DefaultSessions = 1024

const (
	maxSources = 1024 // sensors may choose who they are
	maxPending = 256  // sessions that have not announced themselves
)

// What sensors are waited for.
const (
	announceWithin = 5 * time.Second
	acceptWithin   = 10 * time.Second // for Run, which may be in its pause after a failure
	openWithin     = 30 * time.Second
	tuneWithin     = 30 * time.Second
	silentFor      = 15 * time.Second
	// aliveFor is for how long after its last frame a sensor's place is its own.
	aliveFor = 10 * time.Second
)

// Server takes sensors' connections.
type Server struct {
	o       Options
	refused limiter
	running sync.WaitGroup // sessions; added to with the lock, while not closed

	mu       sync.Mutex
	closed   bool
	sessions map[*session]struct{}
	pending  []*session // that have not announced themselves, oldest first
	sources  map[string]*Source

	announcers int // sessions that count, of those that announced themselves
	refusals   map[refusal]time.Time
}

// New returns a server without connections.
func New(o Options) *Server {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Say == nil {
		o.Say = func(tocsin.MessageFlags, string) {}
	}
	if o.Arrived == nil {
		o.Arrived = func(context.Context, *Source, bool) error { return nil }
	}
	if o.Sessions == 0 {
		o.Sessions = DefaultSessions
	}
	return &Server{
		o: o, refused: limiter{Limiter: rate.NewLimiter(1, 5)},
		sessions: map[*session]struct{}{}, sources: map[string]*Source{}, refusals: map[refusal]time.Time{},
	}
}

// Serve takes connections over TCP until ctx is done, and then closes the listener. Sessions end with Close.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	defer l.Close()
	for {
		conn, err := l.Accept()
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, net.ErrClosed):
			return fmt.Errorf("accept sensors: %w", err)
		case err != nil: // there is no file left for it, which passes
			s.o.Logger.Warn("accept a sensor", "error", err)
			if !wait(ctx, time.Second) {
				return nil
			}
		default:
			go s.host(newSession(s, conn, conn.RemoteAddr().String())) // Close waits for it
		}
	}
}

// Close ends all sessions and waits for them. New ones are refused.
func (s *Server) Close() {
	s.mu.Lock()
	s.closed = true
	for session := range s.sessions {
		session.fail(errStopped)
	}
	s.mu.Unlock()
	s.running.Wait()
}

// Reasons for the end of a session.
var (
	errStopped  = errors.New("the server stops")
	errCrowded  = errors.New("too many connections that do not announce a source")
	errFull     = wrong("as many sensors are connected as there is room for")
	errReplaced = errors.New("the sensor connected anew")
	errDisabled = errors.New("its source is not listened to now")
	errRevoked  = errors.New("its credential has ended")
	errUnnamed  = fmt.Errorf("it did not announce its source within %s", announceWithin)
)

// host takes one session from its beginning to its end.
func (s *Server) host(c *session) {
	defer c.writing.Wait()
	defer c.fail(errStopped)
	err := s.enter(c)
	if err == nil {
		defer s.leave(c)
		err = s.hear(c)
	}
	if err != nil && !errors.Is(err, errStopped) && !errors.Is(err, errReplaced) {
		c.farewell(err.Error())
		s.tell(c, err)
	}
}

// hear has a sensor announce itself and be heard by its source. The error is why it is not.
func (s *Server) hear(c *session) error {
	a, err := c.announcement()
	full := s.announced(c)
	if err = cmp.Or(err, full); err != nil {
		return c.reason(err)
	}
	source, isNew, err := s.attach(c, a)
	if err != nil {
		return err
	}
	defer source.detach(c)
	if err := s.arrived(c, source, isNew); err != nil {
		return err
	}
	select {
	case source.arrived <- c:
	case <-c.failed:
		return c.reason(nil)
	case <-time.After(acceptWithin):
		return errDisabled
	}
	<-c.heard // Run tells why it ended
	if c.over {
		c.idle()
	}
	return nil
}

func (s *Server) arrived(c *session, source *Source, isNew bool) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		select {
		case <-c.failed:
			cancel()
		case <-ctx.Done():
		}
	}()
	return s.o.Arrived(ctx, source, isNew)
}

// enter gives a session a place. When too many say nothing, the oldest of those from the address that has most of them goes.
func (s *Server) enter(c *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errStopped
	}
	if len(s.pending) == maxPending {
		s.crowded().fail(errCrowded)
	}
	s.running.Add(1)
	s.sessions[c] = struct{}{}
	s.pending = append(s.pending, c)
	return nil
}

// crowded takes a session out of those that say nothing. It is called with the lock.
func (s *Server) crowded() *session {
	count := map[netip.Addr]int{}
	for _, c := range s.pending {
		count[c.address]++
	}
	worst := 0
	for i, c := range s.pending {
		if count[c.address] > count[s.pending[worst].address] {
			worst = i
		}
	}
	c := s.pending[worst]
	s.drop(c)
	return c
}

// announced notes that a session is no longer one that has said nothing. The error is that there is no room for another.
func (s *Server) announced(c *session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(c)
	if s.announcers == s.o.Sessions {
		return errFull
	}
	s.announcers++
	c.counts = true
	return nil
}

func (s *Server) drop(c *session) {
	for i, other := range s.pending {
		if other == c {
			s.pending = append(s.pending[:i], s.pending[i+1:]...)
			return
		}
	}
}

func (s *Server) leave(c *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sessions, c)
	if c.counts {
		s.announcers--
	}
	s.running.Done()
}

// attach finds the source of a sensor, or makes it.
func (s *Server) attach(c *session, a wire.Announcement) (source *Source, isNew bool, err error) {
	uuid, ok := canonical(a.UUID)
	switch {
	case a.Type == archiveKind:
		return nil, false, errors.New("the tool for Kismet's logs sends wrong packets: have Tocsin read the log itself, with --source FILE.kismet")
	case !isKind(a.Type):
		return nil, false, fmt.Errorf("it announces a source of type %s, which is no type", tocsin.Quote([]byte(a.Type)))
	case !ok:
		return nil, false, fmt.Errorf("it announces the UUID %s, which is none", tocsin.Quote([]byte(a.UUID)))
	case a.Definition == "":
		return nil, false, errors.New("it announces a source without a definition")
	case !c.out.single && len(a.Definition) > maxMessage-wire.HeaderLen-8:
		return nil, false, fmt.Errorf("its definition of %d octets is longer than it could take back over a websocket: have it connect with --tcp", len(a.Definition))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if source = s.sources[uuid]; source == nil {
		if len(s.sources) == maxSources {
			return nil, false, fmt.Errorf("there are %d sensors already, and no room for more", maxSources)
		}
		source, isNew = newSource(uuid, a), true
		s.sources[uuid] = source
	}
	return source, isNew, source.attach(c, a)
}

// refusal is what is told once in a while: tools come back every five seconds.
type refusal struct {
	from   netip.Addr
	reason string
}

const (
	tellAgain   = 10 * time.Minute
	maxRefusals = 1024 // that are remembered
)

// isNews reports whether a refusal was not told of late.
func (s *Server) isNews(r refusal) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if last, ok := s.refusals[r]; ok && now.Sub(last) < tellAgain {
		return false
	}
	if len(s.refusals) == maxRefusals {
		clear(s.refusals)
	}
	s.refusals[r] = now
	return true
}

// tell says why a sensor was refused, unless that was said of late, or too much is said: then how often it was not.
func (s *Server) tell(c *session, err error) {
	if !s.isNews(refusal{c.address, err.Error()}) {
		return
	}
	missed, ok := s.refused.allow()
	if !ok {
		return
	}
	text := fmt.Sprintf("The sensor at %s is refused: %s", c.peer, err)
	if missed > 0 {
		text += fmt.Sprintf("; %d others were refused before", missed)
	}
	s.o.Logger.Warn("sensor refused", "peer", c.peer, "error", err, "before", missed)
	s.o.Say(tocsin.MessageError, text)
}

// limiter bounds how often something is told, and counts what was not.
type limiter struct {
	*rate.Limiter
	mu     sync.Mutex
	missed int
}

// allow reports whether to tell, and how often that was not so since it was.
func (l *limiter) allow() (missed int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.Allow() {
		l.missed++
		return 0, false
	}
	missed, l.missed = l.missed, 0
	return missed, true
}

// wait returns false if ctx was done before.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
