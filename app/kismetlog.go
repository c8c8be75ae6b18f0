package app

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/kismetdb"
	"github.com/tocsin-wids/tocsin/pcap"
)

// kismetLog is the log of a server and what a packet at hand needs to be logged. It is touched under the lock of the shard.
type kismetLog struct {
	*kismetdb.Log
	source string           // UUID of the source whose batch it is
	place  *tocsin.Location // of its packets that do not say it
	tags   string           // of the packet at hand
}

// openLog opens the log, if one is wanted.
func (s *Server) openLog() error {
	if s.options.KismetDB == nil {
		return nil
	}
	o := *s.options.KismetDB
	o.Logger, o.Say, o.Tell = s.logger, s.ledger.Say, s.ledger.Tell
	o.Subscribe = func(queue int) kismetdb.Subscription { return s.ledger.Subscribe(queue) }
	o.Sources = s.logSources
	o.Location = func() *tocsin.Location { return s.places.server(time.Now()) }
	o.Status = func() []byte { return kismet.AppendSystem(nil, s.system(), time.Now()) }
	log, err := kismetdb.Open(o)
	if err != nil {
		return err
	}
	s.log = &kismetLog{Log: log}
	if o.Packets {
		s.shard.after = s.log.packet
	}
	s.ledger.Say(tocsin.MessageInfo, fmt.Sprintf("Writing the log %q", log.Path()))
	return nil
}

func (s *Server) logSources() []kismetdb.Source {
	now := time.Now()
	var list []kismetdb.Source
	for _, r := range (sourceControl{s}).Sources() {
		list = append(list, kismetdb.Source{
			UUID: r.UUID, Type: r.Driver.Type, Definition: r.Definition, Name: r.Name, Interface: r.Interface,
			JSON: kismet.AppendSource(nil, &r, now),
		})
	}
	return list
}

// found raises the record of a finding, and marks the packet that completed it.
func (s *Server) found(d tocsin.Detected) {
	a, sent := s.ledger.Found(d)
	if !sent || d.Apart || s.log == nil {
		return
	}
	if s.log.tags == "" {
		s.log.tags = "ALERT"
	}
	s.log.tags += " ALERT_" + a.Header
}

var _ kismet.PacketLog = (*kismetLog)(nil)

// Packets returns what writes the packets that variables of a client choose.
func (l *kismetLog) Packets(variable func(string) (string, bool)) (func(context.Context, io.Writer) error, error) {
	f, err := kismetdb.NewFilter(variable)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, w io.Writer) error { return l.Export(ctx, w, f) }, nil
}

// packet logs the packet at hand.
func (l *kismetLog) packet(p *pcap.Packet, o *tocsin.Observation) {
	if o != nil && o.Location == nil {
		o.Location = l.place
	}
	l.Packet(p, o, l.source, l.tags)
	l.tags = ""
}

// observe shows a batch of one source to the detectors.
func (s *Server) observe(batch []pcap.Packet, source string, live bool) {
	s.export.Offer(batch, source)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log == nil {
		s.judge(batch, live)
		return
	}
	s.log.source, s.log.place = source, s.placed(batch)
	s.judge(batch, live)
	s.log.Offer()
	s.log.tags = "" // if packets are not logged
}

// judge takes a batch to the detectors. What is live is of now, whatever the clock of its sensor says.
func (s *Server) judge(batch []pcap.Packet, live bool) {
	if live {
		s.shard.observeNow(batch, time.Duration(time.Now().UnixNano()))
	} else {
		s.shard.observe(batch)
	}
}

// flush gives the log the last packets of a source.
func (s *Server) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.log != nil {
		s.log.Flush()
	}
}
