package detecttest

import (
	"encoding/binary"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
)

// kindWords are the words that begin a line, after the time.
var kindWords = map[string]dot11.Kind{
	"assocreq": dot11.AssocReq, "assocresp": dot11.AssocResp, "reassocreq": dot11.ReassocReq,
	"reassocresp": dot11.ReassocResp, "probereq": dot11.ProbeReq, "proberesp": dot11.ProbeResp, "beacon": dot11.Beacon,
	"disassoc": dot11.Disassoc, "auth": dot11.Auth, "deauth": dot11.Deauth, "action": dot11.Action,
	"actionnoack": dot11.ActionNoAck, "data": dot11.Data, "null": dot11.Null, "qosdata": dot11.QoSData,
	"qosnull": dot11.QoSNull, "eapol": dot11.Data, "eap": dot11.Data, "wsc": dot11.Data,
	"rts": dot11.RTS, "cts": dot11.CTS, "ack": dot11.Ack, "pspoll": dot11.PSPoll, "bar": dot11.BlockAckReq,
	"ba": dot11.BlockAck, "cfend": dot11.CFEnd, "arp": dot11.Data, "ipv4": dot11.Data, "dhcp": dot11.Data,
}

// flagWords are the words that stand alone, with their bit in the Frame Control field if they are one.
var flagWords = map[string]uint16{
	"tods": dot11.ToDS, "fromds": dot11.FromDS, "morefrag": dot11.MoreFrag, "retry": dot11.Retry, "pm": dot11.PowerMgmt,
	"moredata": dot11.MoreData, "protected": dot11.Protected, "order": dot11.Order, "damaged": 0, "unchecked": 0, "ofdm": 0, "bare": 0,
	"start": 0, "logoff": 0, "request": 0, "response": 0, "success": 0, "failure": 0, "reply": 0, "amsdu": 0,
	"discover": 0, "offer": 0, "decline": 0, "ack": 0, "nak": 0, "release": 0, "inform": 0,
	"random": 0, "rxrandom": 0, "anonymous": 0,
}

// Words that a value follows: a number, an address, octets.
var (
	numberWords = []string{
		"reason", "status", "algorithm", "transaction", "aid", "listen", "interval", "capability", "tsf", "seq", "frag",
		"duration", "freq", "signal", "noise", "rate", "cut", "truncate", "category", "code", "group", "tid", "pn",
		"ether", "message", "replay", "info", "version", "id", "type", "opcode", "first", "lease", "sum", "vlan", "port", "fromport", "hops",
		"access", "length", "mode", "adi", "commit", "confirm",
	}
	addressWords = []string{"bssid", "source", "dest", "current", "hardware"}
	octetWords   = []string{
		"body", "advdata", "auxptr", "trailing", "elements", "nonce", "mic", "keydata", "iv", "rsc",
		"host", "vendor", "clientid", "options", "scalar", "ffe", "token",
	}
	ipWords      = []string{"sender", "target", "your", "relay", "mask"}
	elementWords = []string{"ssid", "channel", "htchannel", "rates", "security", "country", "csa", "ecsa", "element", "ad"}
)

// draft is a line of the air on its way to octets. What is used is taken out of the maps; what is left was
// written for a kind of frame that has no such thing.
type draft struct {
	word      string
	kind      dot11.Kind
	pdu       ble.Kind // if bluetooth
	bluetooth bool
	from, to  dot11.Addr
	n         int
	flags     map[string]bool
	numbers   map[string]int64
	addresses map[string]dot11.Addr
	octets    map[string][]byte
	ips       map[string]netip.Addr
	parts     []part
	mfp       string
	sensor    string
	retry     bool
	protected bool
}

// part is one element as written: its word and what follows.
type part struct {
	word   string
	values []word
}

// build makes repetition n of a line into octets.
func (a *air) build(at time.Duration, words []word, n int) (sent, error) {
	d := draft{
		n: n, flags: map[string]bool{}, numbers: map[string]int64{}, addresses: map[string]dot11.Addr{}, octets: map[string][]byte{},
		ips: map[string]netip.Addr{},
	}
	if err := d.read(a, words); err != nil {
		return sent{}, err
	}
	channel, err := d.channel()
	if err != nil {
		return sent{}, err
	}
	s := sent{at: at, sensor: a.sensor(d.sensor)}
	s.radio = dot11.Radio{
		Frequency: uint16(d.number("freq", int64(channel))), Signal: int8(d.number("signal", 0)), Noise: int8(d.number("noise", 0)),
		Rate: uint16(d.number("rate", 0)), OFDM: d.flag("ofdm"), FCS: dot11.FCSGood,
	}
	if d.flag("unchecked") {
		s.radio.FCS = dot11.FCSAbsent
	}
	if d.flag("damaged") {
		s.radio.FCS = dot11.FCSBad
	}
	keep, size := d.number("cut", -1), d.number("truncate", -1)
	trailing := d.take("trailing", nil)
	if d.bluetooth {
		s.raw, err = d.blePacket()
	} else {
		s.raw, err = d.frame(a, at)
	}
	if err != nil {
		return s, err
	}
	s.raw = append(s.raw, trailing...)
	if size >= 0 && int(size) < len(s.raw) {
		s.raw = s.raw[:size]
	}
	if keep >= 0 && int(keep) < len(s.raw) {
		s.raw, s.cut = s.raw[:keep], true
	}
	if d.bluetooth {
		s.packet = new(ble.Packet)
		if err := s.packet.Decode(s.raw); err != nil {
			return s, err
		}
	}
	return s, d.unused()
}

// unused complains of words that say nothing about a frame of this kind.
func (d *draft) unused() error {
	var left []string
	left = slices.AppendSeq(left, maps.Keys(d.flags))
	left = slices.AppendSeq(left, maps.Keys(d.numbers))
	left = slices.AppendSeq(left, maps.Keys(d.addresses))
	left = slices.AppendSeq(left, maps.Keys(d.octets))
	left = slices.AppendSeq(left, maps.Keys(d.ips))
	for _, p := range d.parts {
		left = append(left, p.word)
	}
	if len(left) > 0 {
		slices.Sort(left)
		return fmt.Errorf("%s does not know %q", d.word, left)
	}
	return nil
}

// frame puts header and body together.
func (d *draft) frame(a *air, at time.Duration) ([]byte, error) {
	if d.kind.IsControl() {
		return d.control(), nil
	}
	bssid, ok := d.addresses["bssid"]
	delete(d.addresses, "bssid")
	if !ok {
		bssid = d.network(a)
	}
	bits := d.control16(bssid)
	head := binary.LittleEndian.AppendUint16(nil, bits)
	head = binary.LittleEndian.AppendUint16(head, uint16(d.number("duration", 0)))
	head = append(head, d.to[:]...)
	head = append(head, d.from[:]...)
	third, fourth := d.others(bits, bssid)
	head = append(head, third[:]...)
	head = binary.LittleEndian.AppendUint16(head, a.sequence(d)<<4|uint16(d.number("frag", 0)))
	head = append(head, fourth...)
	aggregate, bare := d.flag("amsdu"), d.flags["bare"]
	if d.kind.IsQoS() {
		qos := uint16(d.number("tid", 0))
		if aggregate {
			qos |= 0x80 // A-MSDU Present (802.11-2020 §9.2.4.5.9)
		}
		head = binary.LittleEndian.AppendUint16(head, qos)
	}
	var body []byte
	var err error
	if d.kind.IsManagement() {
		body, err = d.management(at)
	} else {
		body, err = d.data(bits)
	}
	if aggregate && bits&dot11.Protected == 0 && !bare {
		body = d.aggregate(third, bits, body)
	}
	return append(head, body...), err
}

// network is the BSSID of a line that names none.
func (d *draft) network(a *air) dot11.Addr {
	switch {
	case d.kind == dot11.ProbeReq:
		return dot11.Broadcast
	case a.access[d.from]:
		return d.from
	case a.access[d.to], d.kind == dot11.AssocReq, d.kind == dot11.ReassocReq:
		return d.to
	}
	return d.from
}

// control16 makes the Frame Control field. Data frames go to or from the distribution system as the BSSID says.
func (d *draft) control16(bssid dot11.Addr) uint16 {
	bits := uint16(d.kind)>>4<<2 | uint16(d.kind&0xf)<<4
	given := false
	for name, bit := range flagWords {
		if bit != 0 && d.flag(name) {
			bits |= bit
			given = given || bit&(dot11.ToDS|dot11.FromDS) != 0
		}
	}
	if d.kind.IsData() && !given {
		switch bssid {
		case d.from:
			bits |= dot11.FromDS
		case d.to:
			bits |= dot11.ToDS
		}
	}
	return bits
}

// others returns the third address, and the fourth if there is one (802.11-2020 table 9-30).
func (d *draft) others(bits uint16, bssid dot11.Addr) (third dot11.Addr, fourth []byte) {
	if !d.kind.IsData() {
		return bssid, nil
	}
	switch bits & (dot11.ToDS | dot11.FromDS) {
	case dot11.FromDS:
		return d.address("source", bssid), nil
	case dot11.ToDS:
		return d.address("dest", bssid), nil
	case dot11.ToDS | dot11.FromDS:
		source := d.address("source", d.from)
		return d.address("dest", d.to), source[:]
	}
	return bssid, nil
}

// control makes a control frame (802.11-2020 §9.3.1).
func (d *draft) control() []byte {
	second := d.number("duration", 0)
	if d.kind == dot11.PSPoll {
		second = d.number("aid", 1) | 0xc000 // §9.2.4.2: the two highest bits are 1
	}
	b := binary.LittleEndian.AppendUint16(nil, d.control16(dot11.Addr{}))
	b = binary.LittleEndian.AppendUint16(b, uint16(second))
	b = append(b, d.to[:]...)
	if d.kind != dot11.CTS && d.kind != dot11.Ack {
		b = append(b, d.from[:]...)
	}
	if d.kind == dot11.BlockAckReq || d.kind == dot11.BlockAck {
		b = binary.LittleEndian.AppendUint16(b, uint16(d.number("tid", 0))<<12|0x0004) // compressed (§9.3.1.7)
		b = binary.LittleEndian.AppendUint16(b, uint16(d.number("first", 0))<<4)
	}
	return append(b, d.take("body", nil)...)
}

// sequence returns the sequence number: as written, else the transmitter's next; a retry has that of the frame before.
func (a *air) sequence(d *draft) uint16 {
	next := a.numbers[d.from]
	if d.retry {
		next--
	}
	seq := uint16(d.number("seq", int64(next))) & 0xfff
	a.numbers[d.from] = seq + 1
	return seq
}

func (a *air) sensor(name string) uint16 {
	if name == "" {
		return 0
	}
	i := slices.Index(a.sensors, name)
	if i < 0 {
		i = len(a.sensors)
		a.sensors = append(a.sensors, name)
	}
	return uint16(i)
}
