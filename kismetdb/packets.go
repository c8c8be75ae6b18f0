package kismetdb

import (
	"hash/crc32"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// Blocks between the frame path and the writer.
const (
	blocks     = 32
	blockRows  = 512
	blockBytes = 256 << 10 // no packet is longer, see pcap.Packet
)

// block is a run of packets whose bytes lie one behind the other.
type block struct {
	rows  []packetRow
	bytes []byte
}

// packetRow is what the frame path keeps of one packet: no more than copies.
type packetRow struct {
	at                        time.Duration
	link                      pcap.LinkType
	source, dest, transmitter tocsin.MAC
	frequency, rate           uint16 // MHz, units of 500 kbit/s
	signal                    int8
	phy                       int32
	faulty                    bool // damaged, or unreadable although its kind is known
	from, to                  int  // of its bytes in the block
	length                    uint32
	hash                      uint32
	id                        uint64
	datasource, tags          string
	latitude, longitude       float64 // of the radio, as the next three; 0 if unknown
	altitude, speed, heading  float32
}

// packets hands packets from the frame path to the writer.
type packets struct {
	current *block // being filled; nil if there is none
	free    chan *block
	full    chan *block
	next    uint64 // number of the next packet
}

func newPackets() packets {
	p := packets{free: make(chan *block, blocks), full: make(chan *block, blocks)}
	for range blocks {
		p.free <- &block{rows: make([]packetRow, 0, blockRows), bytes: make([]byte, 0, blockBytes)}
	}
	return p
}

// Packet keeps a copy of p for the log, o is what it says, nil if it could not be read. Datasource is the UUID of its source, tags
// are words parted by spaces. It never waits: without room the packet is lost and counted. It does nothing unless packets were asked for.
func (l *Log) Packet(p *pcap.Packet, o *tocsin.Observation, datasource, tags string) {
	if !l.options.Packets {
		return
	}
	q := &l.packets
	q.next++
	if len(p.Data) > blockBytes {
		l.lose(datasource)
		return
	}
	if b := q.current; b != nil && (len(b.rows) == blockRows || len(b.bytes)+len(p.Data) > blockBytes) {
		l.Flush()
	}
	if q.current == nil {
		select {
		case q.current = <-q.free:
		default:
			l.lose(datasource)
			return
		}
	}
	b := q.current
	row := packetRow{
		at: p.Time, link: p.Link, from: len(b.bytes), to: len(b.bytes) + len(p.Data), length: p.Length, id: q.next,
		datasource: datasource, tags: tags, phy: phyOf(p.Link),
	}
	row.faulty = row.phy != tocsin.PhyUnknown
	if o != nil {
		row.parties(o)
		row.frequency, row.rate, row.signal = o.Radio.Frequency, o.Radio.Rate, o.Radio.Signal
		row.faulty = o.Radio.FCS == dot11.FCSBad
		row.hash = crc32.ChecksumIEEE(o.Raw())
		if p := o.Location; p != nil {
			row.latitude, row.longitude, row.altitude, row.speed, row.heading = p.Latitude, p.Longitude, float32(p.Altitude), float32(p.Speed), float32(p.Heading)
		}
	}
	b.bytes = append(b.bytes, p.Data...)
	b.rows = append(b.rows, row)
}

// lose counts a packet of a source that found no room.
func (l *Log) lose(datasource string) {
	l.lostPackets.Add(1)
	l.lossesMu.Lock()
	defer l.lossesMu.Unlock()
	l.losses[datasource]++
}

// Lost returns how many packets of a source found no room on the way to the log.
func (l *Log) Lost(datasource string) uint64 {
	l.lossesMu.Lock()
	defer l.lossesMu.Unlock()
	return l.losses[datasource]
}

// Offer hands the packets kept so far to the writer, unless it is behind: then blocks are filled before they go. Called
// after each batch it keeps quiet hours from waiting for a full block.
func (l *Log) Offer() {
	if len(l.packets.full) < blocks/2 {
		l.Flush()
	}
}

// Flush hands the packets kept so far to the writer.
func (l *Log) Flush() {
	q := &l.packets
	if q.current == nil || len(q.current.rows) == 0 {
		return
	}
	q.full <- q.current // has room for every block that there is
	q.current = nil
}

// writePackets adds the packets of b, and gives it back.
func (l *Log) writePackets(b *block) {
	for i := range b.rows {
		r := &b.rows[i]
		us := r.at.Microseconds()
		bytes := b.bytes[r.from:r.to]
		l.streams.note(r.datasource, r.link)
		l.insert(l.statements.packet, len(bytes), us/1e6, us%1e6, phyName(r.phy), r.source.String(), r.dest.String(), r.transmitter.String(),
			float64(r.frequency)*1000, r.latitude, r.longitude, float64(r.altitude), float64(r.speed), float64(r.heading), len(bytes), int(r.signal), r.datasource, int(r.link), bytes, boolean(r.faulty),
			r.tags, float64(r.rate)/2, int64(r.hash), int64(r.id), int64(r.length))
	}
	b.rows, b.bytes = b.rows[:0], b.bytes[:0]
	l.packets.free <- b
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}

// phyOf returns the kind of radio that a link type is of, readable or not.
func phyOf(link pcap.LinkType) int32 {
	switch link {
	case pcap.LinkIEEE80211, pcap.LinkPrism, pcap.LinkRadiotap, pcap.LinkAVS, pcap.LinkPPI:
		return tocsin.PhyWiFi
	case pcap.LinkBLE, pcap.LinkBLERadio, pcap.LinkNordicBLE:
		return tocsin.PhyBTLE
	}
	return tocsin.PhyUnknown
}

// parties tells who sent to whom, by which kind of radio: PPI carries both.
func (r *packetRow) parties(o *tocsin.Observation) {
	if p := o.BLE; p != nil {
		r.phy, r.source, r.transmitter, r.dest = tocsin.PhyBTLE, tocsin.MAC(p.Sender), tocsin.MAC(p.Sender), tocsin.MAC(p.Target)
		return
	}
	f := o.Frame
	r.phy, r.source, r.dest, r.transmitter = tocsin.PhyWiFi, f.Source(), f.Destination(), f.Transmitter()
}
