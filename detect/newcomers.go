package detect

import (
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/window"
)

// CrowdLimits are the limits of Newcomers, to be embedded in those of a detector.
type CrowdLimits struct {
	Addresses int           `help:"new addresses within the window, equally strong, that are one transmitter"`
	Window    time.Duration `help:"time in which new addresses are counted" min:"1s"`
	Packets   int           `help:"packets of one address within the window up to which it may be an invented one"`
	Band      int           `help:"dB between the strongest and the weakest of what is equally strong"`
	Weakest   int           `help:"dBm; below it many far devices are equally weak, and are not counted" min:"-100"`
	Keys      int           `help:"addresses that are remembered"`
}

// Newcomers tells a transmitter that invents Bluetooth addresses from a crowd. Its addresses come, send a few packets and
// are gone, all equally strong; those of a crowd stay, and some are near and others far.
type Newcomers struct {
	limits CrowdLimits
	known  *window.Map[ble.Addr, newcomer]
	recent []arrival // a ring
	next   int
}

// newcomer is an address that was heard.
type newcomer struct {
	first, last time.Duration
	packets     int
	at          int // its place in the ring; somebody else may have it by now
}

// arrival is what the ring keeps of an address.
type arrival struct {
	address ble.Addr
	first   time.Duration
	signal  int8
	stays   bool
}

// Crowd is what came within the window.
type Crowd struct {
	Equal  int           // new addresses that are equally strong and do not stay
	Others int           // those that are weaker, or stronger, or stay
	Weak   int8          // dBm, the weakest of Equal
	Since  time.Duration // when the first of Equal came
}

// forgotten is after how much silence an address is new again. Devices keep an address for some 15 minutes (Core 5.4 Vol
// 3 Part C App. A), and what passes by in the meantime is no flood.
const forgotten = 15 * time.Minute

// NewNewcomers returns Newcomers that have seen nobody.
func NewNewcomers(l CrowdLimits) *Newcomers {
	return &Newcomers{limits: l, known: window.NewMap[ble.Addr, newcomer](l.Keys), recent: make([]arrival, 0, 2*l.Addresses)}
}

// Add takes a packet, and returns what came lately and whether that is one transmitter. It never is unless the packet
// is of a new address. Where nobody checked the CRC an address counts when it comes again: the first time it may be a damaged one.
func (n *Newcomers) Add(o *tocsin.Observation) (Crowd, bool) {
	if o.Radio.Signal == 0 || !o.BLE.HasSender {
		return Crowd{}, false
	}
	v, _ := n.known.Put(o.BLE.Sender)
	if v.packets == 0 || o.Time-v.last > forgotten || o.Time < v.first-n.limits.Window {
		*v = newcomer{first: o.Time}
	}
	v.packets++
	v.last = o.Time
	counts := 1
	if o.Radio.FCS != dot11.FCSGood {
		counts = 2
	}
	switch {
	case v.packets < counts:
	case v.packets == counts && o.Time-v.first <= n.limits.Window:
		v.at = n.arrive(arrival{o.BLE.Sender, o.Time, o.Radio.Signal, false})
		return n.crowd(o.Time, o.Radio.Signal)
	case v.packets == n.limits.Packets+1 && v.at < len(n.recent) && n.recent[v.at].address == o.BLE.Sender:
		n.recent[v.at].stays = true
	}
	return Crowd{}, false
}

// arrive puts a into the ring and returns its place.
func (n *Newcomers) arrive(a arrival) int {
	if len(n.recent) < cap(n.recent) {
		n.recent = append(n.recent, a)
		return len(n.recent) - 1
	}
	at := n.next
	n.recent[at] = a
	n.next = (at + 1) % len(n.recent)
	return at
}

// crowd looks at who came lately, and how many of them can be as strong as the newest, whose signal is given.
func (n *Newcomers) crowd(now time.Duration, signal int8) (Crowd, bool) {
	if int(signal) < n.limits.Weakest || len(n.recent) < n.limits.Addresses {
		return Crowd{}, false
	}
	var strength [256]uint16
	all := 0
	for _, a := range n.recent {
		if now-a.first > n.limits.Window || a.first-now > n.limits.Window {
			continue
		}
		all++
		if !a.stays && int(a.signal) >= n.limits.Weakest {
			strength[int(a.signal)+128]++
		}
	}
	c := Crowd{Since: now}
	for low := int(signal) - n.limits.Band; low <= int(signal); low++ {
		sum := 0
		for s := max(low, -128); s <= min(low+n.limits.Band, 127); s++ {
			sum += int(strength[s+128])
		}
		if sum > c.Equal {
			c.Equal, c.Weak = sum, int8(max(low, -128))
		}
	}
	c.Others = all - c.Equal
	if c.Equal < n.limits.Addresses || 2*c.Others > c.Equal {
		return c, false
	}
	for _, a := range n.recent {
		if !a.stays && a.signal >= c.Weak && int(a.signal) <= int(c.Weak)+n.limits.Band && now-a.first <= n.limits.Window {
			c.Since = min(c.Since, a.first)
		}
	}
	return c, true
}
