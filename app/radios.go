package app

import "github.com/tocsin-wids/tocsin/pcap"

// radio describes a radio in captures that the server makes: its name, and the UUID of its source.
func (s *Server) radio(n uint16) pcap.Interface {
	names, sources := s.sensors.all()
	if int(n) >= len(names) {
		return pcap.Interface{}
	}
	return pcap.Interface{Name: names[n], Comment: "source " + s.roster.all()[sources[n]].uuid}
}
