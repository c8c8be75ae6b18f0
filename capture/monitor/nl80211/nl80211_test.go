package nl80211_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mdlayher/genetlink"
	"github.com/mdlayher/genetlink/genltest"
	"github.com/mdlayher/netlink"
	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
	"golang.org/x/sys/unix"
)

const family = 0x1c

// kernel returns a client of a kernel that answers by a function.
func kernel(t testing.TB, answer genltest.Func) *nl80211.Client {
	t.Helper()
	c, err := nl80211.New(genltest.Dial(genltest.ServeFamily(genetlink.Family{ID: family, Version: 1, Name: "nl80211"}, answer)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

type encoder = netlink.AttributeEncoder

// message returns a message with the attributes that a function writes.
func message(t testing.TB, write func(*encoder)) genetlink.Message {
	t.Helper()
	e := netlink.NewAttributeEncoder()
	write(e)
	b, err := e.Encode()
	if err != nil {
		t.Fatal(err)
	}
	return genetlink.Message{Data: b}
}

func nested(write func(*encoder)) func(*encoder) error {
	return func(e *encoder) error {
		write(e)
		return nil
	}
}

func TestKernelWithoutRadiosSaysSo(t *testing.T) {
	_, err := nl80211.New(genltest.Dial(func(genetlink.Message, netlink.Message) ([]genetlink.Message, error) {
		return nil, genltest.Error(int(unix.ENOENT))
	}))
	if !errors.Is(err, nl80211.ErrAbsent) {
		t.Errorf("no nl80211: %v", err)
	}
}

func TestInterfacesAreListed(t *testing.T) {
	c := kernel(t, genltest.CheckRequest(family, unix.NL80211_CMD_GET_INTERFACE, netlink.Request|netlink.Dump,
		func(genetlink.Message, netlink.Message) ([]genetlink.Message, error) {
			return []genetlink.Message{
				message(t, func(e *encoder) { // a P2P device, which has no name
					e.Uint32(unix.NL80211_ATTR_WIPHY, 0)
					e.Uint32(unix.NL80211_ATTR_IFTYPE, unix.NL80211_IFTYPE_P2P_DEVICE)
				}),
				message(t, func(e *encoder) {
					e.Uint32(unix.NL80211_ATTR_IFINDEX, 7)
					e.String(unix.NL80211_ATTR_IFNAME, "mon0")
					e.Uint32(unix.NL80211_ATTR_WIPHY, 1)
					e.Uint32(unix.NL80211_ATTR_IFTYPE, unix.NL80211_IFTYPE_MONITOR)
				}),
				message(t, func(e *encoder) {
					e.Uint32(unix.NL80211_ATTR_IFINDEX, 3)
					e.String(unix.NL80211_ATTR_IFNAME, "wlan0")
					e.Uint32(unix.NL80211_ATTR_WIPHY, 0)
					e.Uint32(unix.NL80211_ATTR_IFTYPE, unix.NL80211_IFTYPE_STATION)
					e.Bytes(unix.NL80211_ATTR_MAC, []byte{2, 0, 0, 0, 0, 1})
					e.Bytes(unix.NL80211_ATTR_SSID, []byte("Home\xff"))
					e.Uint32(unix.NL80211_ATTR_WIPHY_FREQ, 2437)
				}),
			}, nil
		}))
	got, err := c.Interfaces()
	want := []nl80211.Interface{
		{Index: 3, Name: "wlan0", Phy: 0, Mode: nl80211.Station, Address: []byte{2, 0, 0, 0, 0, 1}, SSID: "Home\xff", MHz: 2437},
		{Index: 7, Name: "mon0", Phy: 1, Mode: nl80211.Monitor},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v: %s", err, diff)
	}
}

// phy writes one of the messages in which the kernel tells of a radio.
func phy(t testing.TB, index uint32, write func(*encoder)) genetlink.Message {
	return message(t, func(e *encoder) {
		e.Uint32(unix.NL80211_ATTR_WIPHY, index)
		write(e)
	})
}

// frequency writes a band with one channel.
func frequency(band uint16, mhz uint32, flags ...uint16) func(*encoder) {
	return func(e *encoder) {
		e.Nested(unix.NL80211_ATTR_WIPHY_BANDS, nested(func(e *encoder) {
			e.Nested(band, nested(func(e *encoder) {
				e.Nested(unix.NL80211_BAND_ATTR_FREQS, nested(func(e *encoder) {
					e.Nested(0, nested(func(e *encoder) {
						e.Uint32(unix.NL80211_FREQUENCY_ATTR_FREQ, mhz)
						for _, flag := range flags {
							e.Flag(flag, true)
						}
					}))
				}))
			}))
		}))
	}
}

func TestRadioIsPutTogetherFromManyMessages(t *testing.T) {
	c := kernel(t, func(request genetlink.Message, _ netlink.Message) ([]genetlink.Message, error) {
		if d, err := netlink.NewAttributeDecoder(request.Data); err != nil || !d.Next() || d.Type() != unix.NL80211_ATTR_SPLIT_WIPHY_DUMP {
			t.Errorf("the kernel is not asked to tell everything: % x", request.Data)
		}
		return []genetlink.Message{
			phy(t, 1, func(e *encoder) { e.String(unix.NL80211_ATTR_WIPHY_NAME, "phy1") }),
			phy(t, 0, func(e *encoder) {
				e.String(unix.NL80211_ATTR_WIPHY_NAME, "phy0")
				e.Nested(unix.NL80211_ATTR_SUPPORTED_IFTYPES, nested(func(e *encoder) {
					e.Flag(unix.NL80211_IFTYPE_STATION, true)
					e.Flag(unix.NL80211_IFTYPE_MONITOR, true)
				}))
			}),
			phy(t, 0, func(e *encoder) {
				e.Nested(unix.NL80211_ATTR_WIPHY_BANDS, nested(func(e *encoder) {
					e.Nested(unix.NL80211_BAND_5GHZ, nested(func(e *encoder) {
						e.Uint16(unix.NL80211_BAND_ATTR_HT_CAPA, 2)
						e.Uint32(unix.NL80211_BAND_ATTR_VHT_CAPA, 1)
					}))
				}))
			}),
			phy(t, 0, frequency(unix.NL80211_BAND_2GHZ, 2437)),
			phy(t, 0, frequency(unix.NL80211_BAND_2GHZ, 2412)),
			phy(t, 0, frequency(unix.NL80211_BAND_2GHZ, 2484, unix.NL80211_FREQUENCY_ATTR_DISABLED)),
			phy(t, 0, frequency(unix.NL80211_BAND_5GHZ, 5260, unix.NL80211_FREQUENCY_ATTR_NO_IR, unix.NL80211_FREQUENCY_ATTR_RADAR)),
			phy(t, 0, frequency(unix.NL80211_BAND_S1GHZ, 902)),
			phy(t, 0, frequency(unix.NL80211_BAND_6GHZ, 5955, unix.NL80211_FREQUENCY_ATTR_NO_IR)),
		}, nil
	})
	got, err := c.Phys()
	want := []nl80211.Phy{
		{Index: 0, Name: "phy0", Modes: []nl80211.Mode{nl80211.Station, nl80211.Monitor}, Bands: []nl80211.Band{
			{Band: channel.Band5, HT: true, VHT: true, Frequencies: []nl80211.Frequency{{MHz: 5260, NoIR: true, Radar: true}}},
			{Band: channel.Band24, Frequencies: []nl80211.Frequency{{MHz: 2412}, {MHz: 2437}, {MHz: 2484, Disabled: true}}},
			{Band: channel.Band6, Frequencies: []nl80211.Frequency{{MHz: 5955, NoIR: true}}},
		}},
		{Index: 1, Name: "phy1"},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Fatalf("%v: %s", err, diff)
	}
	if !got[0].Can(nl80211.Monitor) || got[1].Can(nl80211.Monitor) {
		t.Error("phy0 can listen, phy1 cannot")
	}
	if diff := cmp.Diff([]channel.Channel{channel.At(5260), channel.At(2412), channel.At(2437), channel.At(5955)}, got[0].Channels()); diff != "" {
		t.Error(diff)
	}
}

// TestCommandsSayWhatTheKernelExpects compares what is sent with the attributes as linux/nl80211.h has them.
func TestCommandsSayWhatTheKernelExpects(t *testing.T) {
	wide, err := channel.Parse("36VHT80")
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		do      func(*nl80211.Client) error
		command uint8
		want    func(*encoder)
	}{
		"make": {func(c *nl80211.Client) error { return c.AddMonitor(2, "wlan0mon", nl80211.Flags{}) }, 7, func(e *encoder) {
			e.Uint32(1, 2)
			e.String(4, "wlan0mon")
			e.Uint32(5, 6)
		}},
		"make, damaged frames too": {func(c *nl80211.Client) error { return c.AddMonitor(0, "m", nl80211.Flags{BadFCS: true}) }, 7, func(e *encoder) {
			e.Uint32(1, 0)
			e.String(4, "m")
			e.Uint32(5, 6)
			e.Nested(23, nested(func(e *encoder) {
				e.Flag(1, true)
				e.Flag(3, true)
				e.Flag(4, true)
			}))
		}},
		"to monitor": {func(c *nl80211.Client) error { return c.SetMonitor(9, nl80211.Flags{}) }, 6, func(e *encoder) {
			e.Uint32(3, 9)
			e.Uint32(5, 6)
		}},
		"to station": {func(c *nl80211.Client) error { return c.SetStation(9) }, 6, func(e *encoder) {
			e.Uint32(3, 9)
			e.Uint32(5, 2)
		}},
		"remove": {func(c *nl80211.Client) error { return c.Delete(9) }, 8, func(e *encoder) { e.Uint32(3, 9) }},
		"tune": {func(c *nl80211.Client) error { return c.SetChannel(9, wide) }, 2, func(e *encoder) {
			e.Uint32(3, 9)
			e.Uint32(0x26, 5180)
			e.Uint32(0x9f, 3)
			e.Uint32(0xa0, 5210)
		}},
	} {
		var got []byte
		flags := netlink.Request | netlink.Acknowledge
		if test.command == unix.NL80211_CMD_NEW_INTERFACE {
			flags = netlink.Request // it is answered with the interface, and one answer is read
		}
		c := kernel(t, genltest.CheckRequest(family, test.command, flags,
			func(request genetlink.Message, _ netlink.Message) ([]genetlink.Message, error) {
				got = request.Data
				return nil, io.EOF
			}))
		if err := test.do(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(message(t, test.want).Data, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestRefusalsKeepTheirNumber(t *testing.T) {
	c := kernel(t, func(genetlink.Message, netlink.Message) ([]genetlink.Message, error) {
		return nil, genltest.Error(int(unix.EBUSY))
	})
	err := c.SetChannel(3, channel.At(2437))
	if !errors.Is(err, unix.EBUSY) || !strings.HasPrefix(err.Error(), "set channel 6: ") || strings.Contains(err.Error(), "netlink") {
		t.Errorf("the radio is busy: %v", err)
	}
}

// FuzzPhys reads what a kernel may say of radios and interfaces.
func FuzzPhys(f *testing.F) {
	f.Add(phy(f, 0, frequency(unix.NL80211_BAND_2GHZ, 2437, unix.NL80211_FREQUENCY_ATTR_NO_IR)).Data)
	f.Fuzz(func(t *testing.T, b []byte) {
		c := kernel(t, func(genetlink.Message, netlink.Message) ([]genetlink.Message, error) {
			return []genetlink.Message{{Data: b}}, nil
		})
		_, _ = c.Interfaces()
		list, err := c.Phys()
		if err != nil {
			return
		}
		for _, p := range list {
			for _, at := range p.Channels() {
				if channel.BandOf(at.MHz) == channel.NoBand {
					t.Fatalf("the radio is said to have %v", at)
				}
			}
		}
	})
}
