package app

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/logfile"
	"github.com/tocsin-wids/tocsin/packetlog"
)

// openPacketLog opens the log of packets, if one is wanted.
func (s *Server) openPacketLog() error {
	c := s.options.Config.Logs.PcapNG
	if !c.Enabled {
		return nil
	}
	name := logfile.Name{Template: c.File, Kind: "pcapng"}
	if c.File == "" {
		if s.options.Memory {
			return errors.New("open the log of packets: nothing is kept on disk, so say where with logs.pcapng.file")
		}
		folder, err := dataFolder(s.options.Config.Server.Data)
		if err != nil {
			return err
		}
		name = logfile.Name{Template: "%p/packets/Tocsin-%D-%t-%i.%l", Prefix: folder, Kind: "pcapng"}
	}
	const mega = 1_000_000
	log, err := packetlog.Open(packetlog.Options{
		Name: name, FileOctets: int64(c.FileMB) * mega, FileAge: c.FileAge, TotalOctets: int64(c.TotalMB) * mega,
		Choice: packetlog.Choice{Frames: packetlog.Frames(c.Frames), Only: c.Only, Exclude: c.Exclude},
		Radio:  s.radio, Lost: s.lostBefore, Say: s.ledger.Say, Tell: s.ledger.Tell, Logger: s.logger,
	}, s.export.Read)
	if err != nil {
		return err
	}
	s.packets = log
	s.ledger.Say(tocsin.MessageInfo, fmt.Sprintf("Writing packets to the files %q", log.Pattern()))
	return nil
}

// lostBefore returns how many packets of each radio were lost before anybody could listen along. What a source with
// several radios lost counts for its first.
func (s *Server) lostBefore() []uint64 {
	_, sources := s.sensors.all()
	lost := make([]uint64, len(sources))
	states := s.roster.all()
	seen := make([]bool, len(states))
	for radio, i := range sources {
		if !seen[i] {
			seen[i] = true
			lost[radio] = states[i].counts().Lost
		}
	}
	return lost
}

// runLogs starts the logs and returns what ends them: nothing may be given to them then.
func (s *Server) runLogs() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	run := func(log interface{ Run(context.Context) error }) {
		running.Go(func() {
			if err := log.Run(ctx); err != nil {
				s.logger.Error("log not ended", "error", err)
			}
		})
	}
	if s.log != nil {
		run(s.log)
	}
	if s.packets != nil {
		run(s.packets)
	}
	return func() {
		cancel()
		running.Wait()
	}
}
