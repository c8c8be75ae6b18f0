package monitor_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
	"golang.org/x/sys/unix"
)

// machine is the radios of a machine, whose interfaces are TAP devices. What it is told is noted.
type machine struct {
	t     testing.TB
	phy   nl80211.Phy
	tuned chan string // the channels that were set
	full  bool        // there is no room for another interface

	mu         sync.Mutex
	interfaces []nl80211.Interface
	taps       map[string]*radio
	deaf       map[int]error // what setting a frequency returns
}

// newMachine returns one with a radio of channels 1, 6, 11, 36 and 174, which no network uses, and the interface of a station, which is up.
func newMachine(t testing.TB, name string) *machine {
	m := &machine{
		t: t, tuned: make(chan string, 1000), taps: map[string]*radio{}, deaf: map[int]error{},
		phy: nl80211.Phy{Index: 3, Name: "phy3", Modes: []nl80211.Mode{nl80211.Station, nl80211.Monitor}, Bands: []nl80211.Band{
			{Band: channel.Band24, Frequencies: []nl80211.Frequency{{MHz: 2412}, {MHz: 2437}, {MHz: 2462}, {MHz: 2484, Disabled: true}}},
			{Band: channel.Band5, Frequencies: []nl80211.Frequency{{MHz: 5180, NoIR: true}, {MHz: 5870}}},
		}},
	}
	m.add(name, nl80211.Station, unix.ARPHRD_ETHER).set(true)
	return m
}

// add adds an interface.
func (m *machine) add(name string, mode nl80211.Mode, kind int) *radio {
	r := newRadio(m.t, name, kind)
	m.taps[name] = r
	m.interfaces = append(m.interfaces, nl80211.Interface{Index: index(m.t, name), Name: name, Phy: m.phy.Index, Mode: mode})
	return r
}

func index(t testing.TB, name string) int {
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return i.Index
}

func (m *machine) Close() error { return nil }
func (m *machine) Phys() ([]nl80211.Phy, error) {
	return []nl80211.Phy{{Index: 0, Name: "phy0"}, m.phy}, nil
}
func (m *machine) radios() (monitor.Radios, error) { return m, nil }
func (m *machine) at(index int) func(nl80211.Interface) bool {
	return func(i nl80211.Interface) bool { return i.Index == index }
}

func (m *machine) Interfaces() ([]nl80211.Interface, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.interfaces), nil
}

func (m *machine) AddMonitor(phy int, name string, _ nl80211.Flags) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.full {
		return unix.EOPNOTSUPP
	}
	if phy != m.phy.Index {
		m.t.Errorf("a monitor interface of phy%d", phy)
	}
	m.add(name, nl80211.Monitor, arpRadiotap)
	return nil
}

func (m *machine) become(index int, mode nl80211.Mode, kind int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.IndexFunc(m.interfaces, m.at(index))
	m.interfaces[at].Mode = mode
	return unix.IoctlSetInt(int(m.taps[m.interfaces[at].Name].tap.Fd()), unix.TUNSETLINK, kind) // EBUSY if it is up, as a radio's
}

func (m *machine) SetMonitor(index int, _ nl80211.Flags) error {
	return m.become(index, nl80211.Monitor, arpRadiotap)
}

func (m *machine) SetStation(index int) error {
	return m.become(index, nl80211.Station, unix.ARPHRD_ETHER)
}

func (m *machine) Delete(index int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	at := slices.IndexFunc(m.interfaces, m.at(index))
	err := m.taps[m.interfaces[at].Name].tap.Close()
	m.interfaces = slices.Delete(m.interfaces, at, at+1)
	return err
}

func (m *machine) SetChannel(_ int, to channel.Channel) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.deaf[to.MHz]; err != nil {
		return err
	}
	m.tuned <- to.String()
	return nil
}

func (m *machine) refuse(err error, frequencies ...int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, mhz := range frequencies {
		m.deaf[mhz] = err
	}
}

// visits returns the next n channels that were set, in the order of their text.
func (m *machine) visits(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = <-m.tuned
	}
	slices.Sort(list)
	return list
}

// isUp reports whether an interface is up.
func isUp(t testing.TB, name string) bool {
	t.Helper()
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	return i.Flags&net.FlagUp != 0
}

// hear runs a source and returns when it is open.
func hear(t testing.TB, o monitor.Options) *listener {
	l := run(t, monitor.New(o))
	l.open(t)
	return l
}

func TestMonitorInterfaceIsMadeAndRemovedAgain(t *testing.T) {
	m := newMachine(t, "wlan0")
	l := hear(t, monitor.Options{Interface: "wlan0", Radios: m.radios, Pace: channel.MinPace})
	if isUp(t, "wlan0") || !isUp(t, "wlan0mon") {
		t.Error("the station's interface is up, or the monitor is down")
	}
	m.taps["wlan0mon"].hears(beacon(7))
	if p := <-l.packets; !bytes.Equal(p.Data, beacon(7)) {
		t.Errorf("heard % x", p.Data)
	}
	if got, want := m.visits(8), []string{"1", "1", "11", "11", "36", "36", "6", "6"}; !slices.Equal(got, want) {
		t.Errorf("two rounds go to %v, want %v", got, want)
	}
	l.stop()
	if err := <-l.ended; !errors.Is(err, context.Canceled) {
		t.Errorf("stopped: %v", err)
	}
	if len(m.interfaces) != 1 || !isUp(t, "wlan0") {
		t.Errorf("afterwards there are %v", m.interfaces)
	}
}

func TestMonitorInterfaceThatIsThereIsUsedAndKept(t *testing.T) {
	m := newMachine(t, "wlan1")
	m.add("spare1", nl80211.Monitor, arpRadiotap)
	l := hear(t, monitor.Options{Interface: "wlan1", Radios: m.radios, Stay: true, Channel: channel.At(2437), KeepUp: true})
	if got := <-m.tuned; got != "6" || !isUp(t, "wlan1") {
		t.Errorf("it is on channel %s", got)
	}
	m.taps["spare1"].hears(beacon(1))
	<-l.packets
	l.stop()
	<-l.ended
	if len(m.interfaces) != 2 || len(m.tuned) != 0 {
		t.Errorf("afterwards there are %v, and %d more channels were set", m.interfaces, len(m.tuned))
	}
}

func TestInterfaceItselfIsTurnedWhereThereIsNoRoomForAnother(t *testing.T) {
	m := newMachine(t, "wlan2")
	m.full = true
	l := hear(t, monitor.Options{Interface: "wlan2", Radios: m.radios})
	m.taps["wlan2"].hears(beacon(1))
	<-l.packets
	l.stop()
	<-l.ended
	if m.interfaces[0].Mode != nl80211.Station || !isUp(t, "wlan2") {
		t.Errorf("afterwards it is %+v", m.interfaces[0])
	}
}

func TestChannelsThatAreRefusedArePassedOver(t *testing.T) {
	m := newMachine(t, "wlan3")
	m.refuse(unix.EINVAL, 5180)
	var log bytes.Buffer
	l := hear(t, monitor.Options{
		Interface: "wlan3", Radios: m.radios, Pace: channel.MinPace, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		Channels: []channel.Channel{channel.At(2437), channel.At(5180), channel.At(5200)},
	})
	if got := m.visits(3); !slices.Equal(got, []string{"6", "6", "6"}) {
		t.Errorf("it goes to %v", got)
	}
	m.refuse(unix.EBUSY, 2437)
	err := <-l.ended
	if err == nil || !errors.Is(err, unix.EBUSY) {
		t.Errorf("all channels are refused: %v", err)
	}
	if text := log.String(); strings.Count(text, "refuses a channel") != 1 || !strings.Contains(text, "channels=[40]") {
		t.Errorf("the log: %s", text)
	}
}

func TestChannelsOfARadioAreChosen(t *testing.T) {
	m := newMachine(t, "wlan7")
	hear(t, monitor.Options{
		Interface: "wlan7", Radios: m.radios, Pace: channel.MinPace, Bands: []channel.Band{channel.Band24},
		Block: []channel.Channel{channel.At(2437)}, Add: []channel.Channel{channel.At(5870)},
	})
	if got, want := m.visits(6), []string{"1", "1", "11", "11", "174", "174"}; !slices.Equal(got, want) {
		t.Errorf("it goes to %v, want %v", got, want)
	}
}

func TestTwoRadiosShareTheChannels(t *testing.T) {
	a, b := newMachine(t, "wlan4"), newMachine(t, "wlan5")
	var pool channel.Pool
	o := monitor.Options{Radios: a.radios, Interface: "wlan4", Pace: channel.MinPace, Pool: &pool}
	hear(t, o)
	a.visits(4)
	o.Radios, o.Interface = b.radios, "wlan5"
	second := hear(t, o)
	own := b.visits(2)
	a.visits(2) // of the round before it knew
	other := a.visits(2)
	if all := slices.Sorted(slices.Values(append(own, other...))); !slices.Equal(all, []string{"1", "11", "36", "6"}) {
		t.Errorf("the radios go to %v and %v", other, own)
	}
	second.stop()
	<-second.ended
	a.visits(2)
	if got := a.visits(4); !slices.Equal(got, []string{"1", "11", "36", "6"}) {
		t.Errorf("alone again it goes to %v", got)
	}
}

func TestRadioThatCannotBeTunedSaysWhatToDo(t *testing.T) {
	six, far := channel.At(2437), channel.At(5745)
	for name, test := range map[string]struct {
		prepare func(*machine, *monitor.Options)
		want    []string
	}{
		"held": {func(m *machine, o *monitor.Options) {
			m.add("sta9", nl80211.Station, unix.ARPHRD_ETHER).set(true)
			m.refuse(unix.EBUSY, 2437)
			o.Channel = six
		}, []string{"set", "sta9 (station) is up", "`ip link set sta9 down`", "nmcli device set sta9 managed no"}},
		"busy":     {func(m *machine, o *monitor.Options) { m.refuse(unix.EBUSY, 2437); o.Channel = six }, []string{"something else is using the radio"}},
		"rights":   {func(m *machine, o *monitor.Options) { m.refuse(unix.EPERM, 2412, 2437, 2462, 5180, 5870) }, []string{"setcap cap_net_admin"}},
		"off":      {func(m *machine, o *monitor.Options) { m.refuse(unix.ERFKILL, 2437); o.Channel = six }, []string{"rfkill unblock wifi"}},
		"unplug":   {func(m *machine, o *monitor.Options) { m.refuse(unix.ENODEV, 2412, 2437, 2462, 5180, 5870) }, []string{"unplugged"}},
		"nomode":   {func(m *machine, o *monitor.Options) { m.phy.Modes = nil }, []string{"no monitor mode", "tocsin sources"}},
		"lacks":    {func(m *machine, o *monitor.Options) { o.Channel = far }, []string{"channel 149", "tocsin sources"}},
		"lacksall": {func(m *machine, o *monitor.Options) { o.Channels = []channel.Channel{far} }, []string{"none of the channels [149]"}},
		"nothing":  {func(m *machine, o *monitor.Options) { m.phy.Bands = nil }, []string{"iw reg get"}},
		"absent": {func(m *machine, o *monitor.Options) {
			o.Channel, o.Radios = six, func() (monitor.Radios, error) { return nil, nl80211.ErrAbsent }
		}, []string{"cannot be tuned", "cfg80211"}},
		"wired": {func(m *machine, o *monitor.Options) {
			m.interfaces = nil
			o.Channels = []channel.Channel{six}
		}, []string{"no wireless interface"}},
	} {
		m := newMachine(t, name)
		o := monitor.Options{Interface: name, Radios: m.radios, Pace: channel.MinPace}
		test.prepare(m, &o)
		err := <-run(t, monitor.New(o)).ended
		for _, want := range append(test.want, "listen to "+name) {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v, want a word on %q", name, err, want)
			}
		}
		if !isUp(t, name) {
			t.Errorf("%s: the interface is not as it was", name)
		}
	}
}

func TestMonitorInterfaceOfALongNameGetsAShorterOne(t *testing.T) {
	m := newMachine(t, "wlx0123456789ab")
	l := hear(t, monitor.Options{Interface: "wlx0123456789ab", Radios: m.radios, Pace: time.Second})
	if !isUp(t, "tocsin3") {
		t.Error("tocsin3 is not up")
	}
	l.stop()
	<-l.ended
}

func TestRightToListenIsKnown(t *testing.T) {
	newRadio(t, "mon8", arpRadiotap).set(true)
	listen(t, "mon8").open(t) // nobody may without the right
	if !monitor.Allowed() {
		t.Error("it listens, and is said to have no right to")
	}
}
