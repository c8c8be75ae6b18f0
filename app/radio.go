package app

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
)

// option is one "key=value" of the definition of a source.
type option struct{ key, value string }

// radioType is what Kismet calls a radio of Linux. With that type an interface need not be there yet.
const radioType = "linuxwifi"

// splitOptions reads "key=value,…". Quotes in a value keep its commas together and are taken away; case of keys does not count.
func splitOptions(text string) ([]option, error) {
	quoted := false
	fields := strings.FieldsFunc(text, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
	if quoted {
		return nil, errors.New("a quote is not closed")
	}
	list := make([]option, len(fields))
	for i, f := range fields {
		key, value, ok := strings.Cut(f, "=")
		if !ok {
			return nil, fmt.Errorf("option %q has no value", f)
		}
		list[i] = option{strings.ToLower(strings.TrimSpace(key)), strings.ReplaceAll(value, `"`, "")}
	}
	return list, nil
}

// radios is what the radios of a server share.
type radios struct {
	pool      *channel.Pool
	protected func(channel.Channel) bool
	logger    *slog.Logger
}

// newRadios returns it. Channels on which the policy expects networks are protected.
func newRadios(p tocsin.Policy, logger *slog.Logger) radios {
	ours := map[int]bool{}
	for _, n := range p.Networks {
		for _, c := range n.Channels {
			ours[int(c)] = true
		}
	}
	return radios{new(channel.Pool), func(c channel.Channel) bool { return ours[channel.Number(c.MHz)] }, logger}
}

// source returns the source for an interface. The options are those of Kismet.
func (r radios) source(name string, options []option) (*monitor.Source, error) {
	o := monitor.Options{Interface: name, Pool: r.pool, Protected: r.protected, Logger: r.logger}
	for _, option := range options {
		if err := set(&o, option); err != nil {
			return nil, fmt.Errorf("option %s: %w", option.key, err)
		}
	}
	return monitor.New(o), nil
}

var bands = map[string]channel.Band{"band24ghz": channel.Band24, "band5ghz": channel.Band5, "band6ghz": channel.Band6}

func set(o *monitor.Options, option option) (err error) {
	switch option.key {
	case "name":
		o.Name = option.value
	case "type":
		if option.value != radioType {
			err = fmt.Errorf("%q is no type of radio that Tocsin reads; linuxwifi is", option.value)
		}
	case "vif":
		o.Monitor = option.value
	case "channel":
		o.Channel, err = channel.Parse(option.value)
	case "channels":
		o.Channels, err = channel.ParseList(option.value)
	case "add_channels":
		o.Add, err = channel.ParseList(option.value)
	case "block_channels":
		o.Block, err = channel.ParseList(option.value)
	case "band24ghz", "band5ghz", "band6ghz":
		var only bool
		if only, err = truth(option.value); only {
			o.Bands = append(o.Bands, bands[option.key])
		}
	case "channel_hop":
		var hop bool
		hop, err = truth(option.value)
		o.Stay = !hop
	case "channel_hoprate":
		o.Pace, err = channel.ParsePace(option.value)
	case "ignoreprimary":
		o.KeepUp, err = truth(option.value)
	case "fcsfail":
		o.Flags.BadFCS, err = truth(option.value)
	case "plcpfail":
		o.Flags.BadPLCP, err = truth(option.value)
	default:
		err = errors.New("it is not known; of radios there are name, type, channel, channels, add_channels, block_channels, band24ghz, band5ghz, band6ghz, channel_hop, channel_hoprate, vif, ignoreprimary, fcsfail, plcpfail")
	}
	return err
}

func truth(text string) (bool, error) {
	switch strings.ToLower(text) {
	case "true", "t":
		return true, nil
	case "false", "f":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", text)
}

// Radio is a radio of this machine and how it can be used.
type Radio struct {
	nl80211.Phy
	Interfaces []nl80211.Interface
	Driver     string
}

// Radios lists the radios of this machine; nl80211.ErrAbsent if the kernel knows none.
func Radios() ([]Radio, error) {
	c, err := nl80211.Dial()
	if err != nil {
		return nil, err
	}
	defer c.Close()
	phys, err := c.Phys()
	if err != nil {
		return nil, err
	}
	interfaces, err := c.Interfaces()
	if err != nil {
		return nil, err
	}
	list := make([]Radio, len(phys))
	for i, p := range phys {
		list[i].Phy = p
		for _, n := range interfaces {
			if n.Phy == p.Index {
				list[i].Interfaces = append(list[i].Interfaces, n)
				list[i].Driver = nl80211.Driver(n.Name)
			}
		}
	}
	return list, nil
}
