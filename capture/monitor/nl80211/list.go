package nl80211

import (
	"cmp"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"

	"github.com/mdlayher/netlink"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"golang.org/x/sys/unix"
)

// Mode is what an interface is (enum nl80211_iftype).
type Mode uint32

// The modes that matter here.
const (
	Station     Mode = unix.NL80211_IFTYPE_STATION
	AccessPoint Mode = unix.NL80211_IFTYPE_AP
	Monitor     Mode = unix.NL80211_IFTYPE_MONITOR
)

func (m Mode) String() string {
	names := [...]string{
		"unspecified", "IBSS", "station", "access point", "AP/VLAN", "WDS", "monitor", "mesh", "P2P client", "P2P owner", "P2P device", "OCB", "NAN",
	}
	if int(m) < len(names) {
		return names[m]
	}
	return fmt.Sprintf("mode %d", uint32(m))
}

// Interface is a way to use a radio.
type Interface struct {
	Index   int
	Name    string
	Phy     int // the number of its radio
	Mode    Mode
	Address net.HardwareAddr
	SSID    string // of the network that it is in or opens; it may hold any octets
	MHz     int    // of the primary channel, 0 if it is on none
}

// Phy is a radio.
type Phy struct {
	Index int
	Name  string
	Modes []Mode // that its interfaces may have
	Bands []Band
}

// Band is what a radio can in one band.
type Band struct {
	Band        channel.Band
	HT, VHT     bool
	Frequencies []Frequency
}

// Frequency is a channel of 20 MHz, and what the driver and the law of the place say of it. Listening is allowed on all that
// are not disabled.
type Frequency struct {
	MHz      int // a channel's, package channel
	Disabled bool
	NoIR     bool // nobody may begin to send there
	Radar    bool // radar must be listened for before sending
}

// Can reports whether interfaces of the radio may have a mode.
func (p Phy) Can(m Mode) bool { return slices.Contains(p.Modes, m) }

// Channels returns the channels of 20 MHz that the radio can listen to.
func (p Phy) Channels() []channel.Channel {
	var list []channel.Channel
	for _, b := range p.Bands {
		for _, f := range b.Frequencies {
			if !f.Disabled {
				list = append(list, channel.At(f.MHz))
			}
		}
	}
	return list
}

// Interfaces lists the interfaces of all radios by their number.
func (c *Client) Interfaces() ([]Interface, error) {
	bodies, err := c.do(unix.NL80211_CMD_GET_INTERFACE, netlink.Request|netlink.Dump, func(*netlink.AttributeEncoder) {})
	if err != nil {
		return nil, fmt.Errorf("list wireless interfaces: %w", err)
	}
	var list []Interface
	for _, b := range bodies {
		i, err := parseInterface(b)
		if err != nil {
			return nil, fmt.Errorf("list wireless interfaces: %w", err)
		}
		if i.Name != "" { // a P2P device has none, and cannot be listened to
			list = append(list, i)
		}
	}
	slices.SortFunc(list, func(a, b Interface) int { return cmp.Compare(a.Index, b.Index) })
	return list, nil
}

func parseInterface(b []byte) (Interface, error) {
	var i Interface
	d, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return i, err
	}
	for d.Next() {
		switch d.Type() {
		case unix.NL80211_ATTR_IFINDEX:
			i.Index = int(d.Uint32())
		case unix.NL80211_ATTR_IFNAME:
			i.Name = d.String()
		case unix.NL80211_ATTR_WIPHY:
			i.Phy = int(d.Uint32())
		case unix.NL80211_ATTR_IFTYPE:
			i.Mode = Mode(d.Uint32())
		case unix.NL80211_ATTR_MAC:
			i.Address = slices.Clone(d.Bytes())
		case unix.NL80211_ATTR_SSID:
			i.SSID = string(d.Bytes())
		case unix.NL80211_ATTR_WIPHY_FREQ:
			i.MHz = int(d.Uint32())
		}
	}
	return i, d.Err()
}

// Phys lists the radios by their number. The kernel tells of each in several messages, because one has no room for all.
func (c *Client) Phys() ([]Phy, error) {
	bodies, err := c.do(unix.NL80211_CMD_GET_WIPHY, netlink.Request|netlink.Dump, func(e *netlink.AttributeEncoder) {
		e.Flag(unix.NL80211_ATTR_SPLIT_WIPHY_DUMP, true)
	})
	if err != nil {
		return nil, fmt.Errorf("list radios: %w", err)
	}
	var list []Phy
	for _, b := range bodies {
		if list, err = addPhy(list, b); err != nil {
			return nil, fmt.Errorf("list radios: %w", err)
		}
	}
	slices.SortFunc(list, func(a, b Phy) int { return cmp.Compare(a.Index, b.Index) })
	for i := range list {
		for j := range list[i].Bands {
			slices.SortFunc(list[i].Bands[j].Frequencies, func(a, b Frequency) int { return cmp.Compare(a.MHz, b.MHz) })
		}
	}
	return list, nil
}

// addPhy adds what one message tells to the radio that it tells of.
func addPhy(list []Phy, b []byte) ([]Phy, error) {
	d, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return list, err
	}
	index := -1
	var name string
	var modes, bands []byte
	for d.Next() {
		switch d.Type() {
		case unix.NL80211_ATTR_WIPHY:
			index = int(d.Uint32())
		case unix.NL80211_ATTR_WIPHY_NAME:
			name = d.String()
		case unix.NL80211_ATTR_SUPPORTED_IFTYPES:
			modes = d.Bytes()
		case unix.NL80211_ATTR_WIPHY_BANDS:
			bands = d.Bytes()
		}
	}
	if err := d.Err(); err != nil || index < 0 {
		return list, err
	}
	at := slices.IndexFunc(list, func(p Phy) bool { return p.Index == index })
	if at < 0 {
		at = len(list)
		list = append(list, Phy{Index: index})
	}
	p := &list[at]
	if name != "" {
		p.Name = name
	}
	if err := p.addModes(modes); err != nil {
		return list, err
	}
	return list, p.addBands(bands)
}

func (p *Phy) addModes(b []byte) error {
	d, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return err
	}
	for d.Next() {
		if m := Mode(d.Type()); !p.Can(m) {
			p.Modes = append(p.Modes, m)
		}
	}
	return d.Err()
}

// bands are those of the kernel (enum nl80211_band) in which channels have numbers here. That of 5 GHz has 4.9 GHz too.
var bands = map[uint16]channel.Band{unix.NL80211_BAND_2GHZ: channel.Band24, unix.NL80211_BAND_5GHZ: channel.Band5, unix.NL80211_BAND_6GHZ: channel.Band6}

// addBands reads the bands, of which one message may have a few channels and the next more.
func (p *Phy) addBands(b []byte) error {
	d, err := netlink.NewAttributeDecoder(b)
	if err != nil {
		return err
	}
	for d.Next() {
		band, known := bands[d.Type()]
		if !known {
			continue
		}
		at := slices.IndexFunc(p.Bands, func(b Band) bool { return b.Band == band })
		if at < 0 {
			at = len(p.Bands)
			p.Bands = append(p.Bands, Band{Band: band})
		}
		d.Nested(p.Bands[at].add)
	}
	return d.Err()
}

func (b *Band) add(d *netlink.AttributeDecoder) error {
	for d.Next() {
		switch d.Type() {
		case unix.NL80211_BAND_ATTR_FREQS:
			d.Nested(func(d *netlink.AttributeDecoder) error {
				for d.Next() {
					d.Nested(b.addFrequency)
				}
				return d.Err()
			})
		case unix.NL80211_BAND_ATTR_HT_CAPA:
			b.HT = true
		case unix.NL80211_BAND_ATTR_VHT_CAPA:
			b.VHT = true
		}
	}
	return d.Err()
}

func (b *Band) addFrequency(d *netlink.AttributeDecoder) error {
	var f Frequency
	for d.Next() {
		switch d.Type() {
		case unix.NL80211_FREQUENCY_ATTR_FREQ:
			f.MHz = int(d.Uint32())
		case unix.NL80211_FREQUENCY_ATTR_DISABLED:
			f.Disabled = true
		case unix.NL80211_FREQUENCY_ATTR_NO_IR:
			f.NoIR = true
		case unix.NL80211_FREQUENCY_ATTR_RADAR:
			f.Radar = true
		}
	}
	if channel.BandOf(f.MHz) != channel.NoBand {
		b.Frequencies = append(b.Frequencies, f)
	}
	return d.Err()
}

// Driver returns the name of the driver of an interface, "" if the kernel tells none.
func Driver(name string) string {
	to, err := os.Readlink(filepath.Join("/sys/class/net", filepath.Base(name), "device", "driver"))
	if err != nil {
		return ""
	}
	return filepath.Base(to)
}
