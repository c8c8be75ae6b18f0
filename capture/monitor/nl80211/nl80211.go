// Package nl80211 asks the kernel for the radios of this machine and tunes them (nl80211, linux/nl80211.h).
//
// Listing needs no right; everything else needs CAP_NET_ADMIN.
//
// # Concurrency
//
// A Client may be used by several goroutines.
package nl80211

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/netlink"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"golang.org/x/sys/unix"
)

// ErrAbsent is that the kernel knows no radios: it has no cfg80211, or no driver has loaded it.
var ErrAbsent = errors.New("the kernel knows no radios (cfg80211 is not loaded)")

// Client is a way to the kernel.
type Client struct {
	conn   *genetlink.Conn
	family genetlink.Family
}

// Dial returns a way to the kernel, ErrAbsent if it knows no radios.
func Dial() (*Client, error) {
	conn, err := genetlink.Dial(&netlink.Config{Strict: false})
	if err != nil {
		return nil, fmt.Errorf("open generic netlink: %w", err)
	}
	c, err := New(conn)
	if err != nil {
		conn.Close()
	}
	return c, err
}

// New returns a client over conn.
func New(conn *genetlink.Conn) (*Client, error) {
	family, err := conn.GetFamily(unix.NL80211_GENL_NAME)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, fmt.Errorf("look for nl80211: %w", err)
	}
	return &Client{conn, family}, nil
}

// Close ends the client.
func (c *Client) Close() error { return c.conn.Close() }

// Flags is what a monitor interface hears beside whole frames.
type Flags struct {
	BadFCS  bool // frames whose frame check sequence is wrong
	BadPLCP bool // frames whose radio header is wrong
}

// AddMonitor makes a monitor interface of a radio.
func (c *Client) AddMonitor(phy int, name string, flags Flags) error {
	// The kernel answers with the interface. An acknowledgement would come beside that, and be taken for the answer to what
	// is asked next.
	_, err := c.do(unix.NL80211_CMD_NEW_INTERFACE, netlink.Request, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_WIPHY, uint32(phy))
		e.String(unix.NL80211_ATTR_IFNAME, name)
		asMonitor(e, flags)
	})
	if err != nil {
		return fmt.Errorf("make the monitor interface %s: %w", name, err)
	}
	return nil
}

// SetMonitor makes an interface, which must be down, a monitor interface.
func (c *Client) SetMonitor(index int, flags Flags) error {
	_, err := c.do(unix.NL80211_CMD_SET_INTERFACE, netlink.Request|netlink.Acknowledge, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(index))
		asMonitor(e, flags)
	})
	if err != nil {
		return fmt.Errorf("set the mode to monitor: %w", err)
	}
	return nil
}

// asMonitor writes the mode, and the flags only if there are any: the kernel replaces its own by them, so that those which it
// has by default go along.
func asMonitor(e *netlink.AttributeEncoder, flags Flags) {
	e.Uint32(unix.NL80211_ATTR_IFTYPE, uint32(Monitor))
	if flags == (Flags{}) {
		return
	}
	e.Nested(unix.NL80211_ATTR_MNTR_FLAGS, func(e *netlink.AttributeEncoder) error {
		e.Flag(unix.NL80211_MNTR_FLAG_FCSFAIL, flags.BadFCS)
		e.Flag(unix.NL80211_MNTR_FLAG_PLCPFAIL, flags.BadPLCP)
		e.Flag(unix.NL80211_MNTR_FLAG_CONTROL, true)
		e.Flag(unix.NL80211_MNTR_FLAG_OTHER_BSS, true)
		return nil
	})
}

// SetStation makes an interface, which must be down, that of a station again.
func (c *Client) SetStation(index int) error {
	_, err := c.do(unix.NL80211_CMD_SET_INTERFACE, netlink.Request|netlink.Acknowledge, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(index))
		e.Uint32(unix.NL80211_ATTR_IFTYPE, uint32(Station))
	})
	if err != nil {
		return fmt.Errorf("set the mode to station: %w", err)
	}
	return nil
}

// Delete removes an interface.
func (c *Client) Delete(index int) error {
	_, err := c.do(unix.NL80211_CMD_DEL_INTERFACE, netlink.Request|netlink.Acknowledge, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(index))
	})
	if err != nil {
		return fmt.Errorf("remove the interface: %w", err)
	}
	return nil
}

// widths is enum nl80211_chan_width.
var widths = map[channel.Width]uint32{
	channel.Plain: unix.NL80211_CHAN_WIDTH_20_NOHT, channel.HT20: unix.NL80211_CHAN_WIDTH_20, channel.HT40: unix.NL80211_CHAN_WIDTH_40,
	channel.VHT80: unix.NL80211_CHAN_WIDTH_80, channel.VHT160: unix.NL80211_CHAN_WIDTH_160,
	channel.W5: unix.NL80211_CHAN_WIDTH_5, channel.W10: unix.NL80211_CHAN_WIDTH_10,
}

// SetChannel tunes the radio of an interface.
func (c *Client) SetChannel(index int, to channel.Channel) error {
	_, err := c.do(unix.NL80211_CMD_SET_WIPHY, netlink.Request|netlink.Acknowledge, func(e *netlink.AttributeEncoder) {
		e.Uint32(unix.NL80211_ATTR_IFINDEX, uint32(index))
		e.Uint32(unix.NL80211_ATTR_WIPHY_FREQ, uint32(to.MHz))
		e.Uint32(unix.NL80211_ATTR_CHANNEL_WIDTH, widths[to.Width])
		e.Uint32(unix.NL80211_ATTR_CENTER_FREQ1, uint32(to.Center))
	})
	if err != nil {
		return fmt.Errorf("set channel %s: %w", to, err)
	}
	return nil
}

// do sends one command and returns the bodies of what comes back.
func (c *Client) do(command uint8, flags netlink.HeaderFlags, attributes func(*netlink.AttributeEncoder)) ([][]byte, error) {
	e := netlink.NewAttributeEncoder()
	attributes(e)
	b, err := e.Encode()
	if err != nil {
		return nil, err
	}
	m := genetlink.Message{Header: genetlink.Header{Command: command, Version: c.family.Version}, Data: b}
	answers, err := c.conn.Execute(m, c.family.ID, flags)
	if err != nil {
		return nil, plain(err)
	}
	bodies := make([][]byte, len(answers))
	for i := range answers {
		bodies[i] = answers[i].Data
	}
	return bodies, nil
}

// plain returns the number of the kernel's error without the words that the library puts around it, and with those that the
// kernel gave.
func plain(err error) error {
	var o *netlink.OpError
	if !errors.As(err, &o) {
		return err
	}
	if o.Message != "" {
		return fmt.Errorf("%w (%s)", o.Err, o.Message)
	}
	return o.Err
}
