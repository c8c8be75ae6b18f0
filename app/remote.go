package app

import (
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/capture/remote"
)

// openRemote prepares for sensors that connect, and opens the port for those over TCP if that is wanted.
func (s *Server) openRemote() error {
	o := s.options.Config.Server.Remote
	s.remote = remote.New(remote.Options{Logger: s.logger, Say: s.ledger.Say, Arrived: s.arrived, KeepTime: o.KeepTime})
	if !o.Enabled {
		return nil
	}
	var err error
	if s.gate, err = net.Listen("tcp", o.Listen); err != nil {
		return fmt.Errorf("listen for sensors on %s: %w; server.remote.listen chooses another address", o.Listen, err)
	}
	return nil
}

// takeSensors takes sensors until ctx is done, and ends all sessions.
func (s *Server) takeSensors(ctx context.Context) {
	defer s.remote.Close()
	if s.gate == nil {
		<-ctx.Done()
		return
	}
	if err := s.remote.Serve(ctx, s.gate); err != nil {
		s.logger.Error("sensors over TCP are no longer taken", "error", err)
	}
}

// closeRemote closes the port of a server that does not run.
func (s *Server) closeRemote() error {
	if s.gate == nil {
		return nil
	}
	return s.gate.Close()
}

// remoteDefaults tell clients where sensors are taken.
func (s *Server) remoteDefaults() kismet.RemoteDefaults {
	d := kismet.RemoteDefaults{Override: !s.options.Config.Server.Remote.KeepTime}
	if s.gate != nil {
		at := s.gate.Addr().(*net.TCPAddr).AddrPort()
		d.Listen, d.Port = at.Addr().String(), at.Port()
	}
	return d
}

// arrived has a source listened to whose sensor is here.
func (s *Server) arrived(ctx context.Context, source *remote.Source, isNew bool) error {
	status := source.Status()
	state := s.roster.find(status.UUID)
	switch {
	case state == nil:
		var err error
		if state, err = s.addSource(status.Definition, source); err != nil {
			return err
		}
		s.ledger.Say(tocsin.MessageInfo, fmt.Sprintf("The sensor %s at %s is a new source, of type %s", state.called(), status.Address, status.Kind))
	case state.source != source:
		return fmt.Errorf("its UUID is that of the source %s of this machine", state.called())
	case state.isClosed():
		return errors.New("its source was closed by command; open_source.cmd opens it")
	}
	if state.hasEnded() {
		return s.roster.open(ctx, state)
	}
	if !status.Barren {
		signal(state.again) // the pause after a failure is over
	}
	return nil
}

// isClosed reports whether somebody closed the source.
func (s *sourceState) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stop == nil && s.problem == closedText
}

// hasEnded reports whether nobody listens to the source.
func (s *sourceState) hasEnded() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stop == nil
}
