package detect

import (
	"bytes"
	"fmt"
	"iter"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/ip"
	"github.com/tocsin-wids/tocsin/window"
)

// DHCPClaims remembers what clients say of themselves in one option of DHCP, and notices when one says something else.
type DHCPClaims struct {
	option byte
	same   func(a, b []byte) bool
	limits DHCPClaimLimits
	claims *window.Map[claimant, claim]
	told   *window.Set[claimant]
	many   *window.Alarm[struct{}]

	reader DHCPReader
	room   [claimLen]byte // for an option in several parts
	before claimText      // of the change that is told
}

// DHCPClaimLimits are the limits of DHCPClaims.
type DHCPClaimLimits struct {
	Several int           `help:"clients that changed within again and are told of as one" min:"2"`
	Again   time.Duration `help:"time between two findings about one client" min:"1s"`
	Clients int           `help:"clients that are remembered"`
}

// claimant is a client of a network.
type claimant struct{ bssid, client dot11.Addr }

// claim is what a client says. Next is what it said once and nothing proves; said again, it is believed.
type claim struct{ now, next claimText }

// claimLen is how much of an option is remembered: what tocsin.Quote shows, and more than a label of a host name has.
const claimLen = 64

type claimText struct {
	octets [claimLen]byte
	n      uint8
}

func (t *claimText) set(v []byte)     { t.n = uint8(copy(t.octets[:], v)) }
func (t *claimText) text() []byte     { return t.octets[:t.n] }
func (t *claimText) is(v []byte) bool { return bytes.Equal(t.text(), v) }

// DHCPChange is a client that says something else than before.
type DHCPChange struct {
	Client      dot11.Addr
	Before, Now []byte // valid until the next one
	Several     int    // how many clients changed within again, if this is the one that makes them several; else 0

	limits *DHCPClaimLimits
}

// NewDHCPClaims returns a memory of the option; same judges whether two values mean the same.
func NewDHCPClaims(option byte, same func(a, b []byte) bool, l DHCPClaimLimits) *DHCPClaims {
	return &DHCPClaims{
		option: option,
		same:   same,
		limits: l,
		claims: window.NewMap[claimant, claim](l.Clients),
		told:   window.NewSet[claimant](l.Again, l.Clients),
		many:   window.NewAlarm[struct{}](l.Several, l.Again, l.Again, 1),
	}
}

// Changes yields the changes that are worth telling in the Discover and Request messages of the frame.
func (c *DHCPClaims) Changes(o *tocsin.Observation) iter.Seq[DHCPChange] {
	return func(yield func(DHCPChange) bool) {
		for m := range c.reader.Messages(o) {
			// A message for another device comes from a bridge, which has many names.
			asks := m.Type == ip.DHCPDiscover || m.Type == ip.DHCPRequest
			if !asks || m.Source != dot11.Addr(m.ClientMAC) || c.isFirmware(m) {
				continue
			}
			who := claimant{o.Frame.BSSID, m.Source}
			if !c.changed(who, m) || !c.told.Once(who, o.Time) {
				continue
			}
			change := DHCPChange{
				Client: m.Source, Before: c.before.text(), Now: c.claims.Peek(who).now.text(), limits: &c.limits,
			}
			count, ring := c.many.Add(struct{}{}, o.Time)
			if ring {
				change.Several = count
			}
			if (ring || count < c.limits.Several) && !yield(change) {
				return
			}
		}
	}
}

// isFirmware reports whether the message is from what runs before the operating system: firmware that boots from the
// network (PXE 2.1, UEFI HTTP boot).
func (c *DHCPClaims) isFirmware(m *DHCP) bool {
	vendor, _ := m.Option(ip.OptionVendorClass, c.room[:])
	return bytes.HasPrefix(vendor, []byte("PXEClient")) || bytes.HasPrefix(vendor, []byte("HTTPClient"))
}

// changed remembers what the client says in m, and reports whether that is another thing than what is then in before.
func (c *DHCPClaims) changed(who claimant, m *DHCP) bool {
	v, _ := m.Option(c.option, c.room[:])
	v = bytes.TrimRight(v[:min(len(v), claimLen)], "\x00") // which some send at the end (RFC 2132 §2)
	if len(v) == 0 {
		return false
	}
	held, _ := c.claims.Put(who)
	believed := m.Proven || held.next.is(v)
	switch {
	case held.now.n > 0 && c.same(held.now.text(), v):
		held.next = claimText{}
		return false
	case !believed:
		held.next.set(v)
		return false
	}
	c.before = held.now
	held.now.set(v)
	held.next = claimText{}
	return c.before.n > 0
}

// Finding makes a finding about the change: about one client with the text, or about several of their things, such as
// host names.
func (c *DHCPChange) Finding(what, text, things string) tocsin.Finding {
	f := tocsin.Finding{
		Text:    text,
		Reason:  tocsin.Reason{What: what, Observed: tocsin.Quote(c.Now), Limit: tocsin.Quote(c.Before) + ", as before"},
		Source:  c.Client,
		Subject: c.Client.String(),
	}
	if c.Several > 0 {
		f.Text = fmt.Sprintf("The %s of %d clients changed within %s, the newest from %s to %s: somebody may invent addresses, or many are set up anew",
			things, c.Several, c.limits.Again, tocsin.Quote(c.Before), tocsin.Quote(c.Now))
		f.Reason = tocsin.Reason{
			What:     fmt.Sprintf("clients that changed their %s in %s", things, c.limits.Again),
			Observed: fmt.Sprintf("%d clients", c.Several), Limit: fmt.Sprintf("%d clients", c.limits.Several),
		}
		f.BSSID, f.Source, f.Subject = dot11.Broadcast, dot11.Broadcast, "many addresses"
	}
	return f
}
