package api

import "strconv"

// Statistics is what the server counts of itself.
type Statistics struct {
	Connections int    // of HTTP clients, now
	Memory      uint64 // in use, kB; 0 if unknown
	Devices     int    // tracked
}

// StatisticsFields are the members of a STATISTICS event.
var StatisticsFields = []Field[Statistics]{
	{Name: "kismet.system.num_http_connections", Type: "uint64_t", Help: "connections of HTTP clients",
		Append: func(b []byte, s *Statistics) []byte { return strconv.AppendInt(b, int64(s.Connections), 10) }},
	{Name: "kismet.system.memory.rss", Type: "uint64_t", Help: "memory in use, kB",
		Append: func(b []byte, s *Statistics) []byte { return strconv.AppendUint(b, s.Memory, 10) }},
	{Name: "kismet.system.devices.count", Type: "uint64_t", Help: "tracked devices",
		Append: func(b []byte, s *Statistics) []byte { return strconv.AppendInt(b, int64(s.Devices), 10) }},
}

// Packets is what became of the packets that were heard, each over time as a number a second.
type Packets struct {
	Peak, Heard, Errors, Copies, Queued, Dropped, Processed HistoryView
}

// PacketsFields are the members of a PACKETCHAIN_STATS event.
var PacketsFields = []Field[Packets]{
	packets("peak_packets_rrd", "packets heard in a second, the most of each minute and hour", func(p *Packets) *HistoryView { return &p.Peak }),
	packets("packets_rrd", "packets heard", func(p *Packets) *HistoryView { return &p.Heard }),
	packets("error_packets_rrd", "packets that could not be read", func(p *Packets) *HistoryView { return &p.Errors }),
	packets("dupe_packets_rrd", "packets heard before", func(p *Packets) *HistoryView { return &p.Copies }),
	packets("queued_packets_rrd", "packets that wait", func(p *Packets) *HistoryView { return &p.Queued }),
	packets("dropped_packets_rrd", "packets lost", func(p *Packets) *HistoryView { return &p.Dropped }),
	packets("processed_packets_rrd", "packets that detectors were shown", func(p *Packets) *HistoryView { return &p.Processed }),
}

func packets(name, help string, of func(*Packets) *HistoryView) Field[Packets] {
	return Field[Packets]{Name: "kismet.packetchain." + name, Type: "map[field, x]", Help: help, Fields: Within(HistoryFields, of)}
}
