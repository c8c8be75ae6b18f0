package monitor

import (
	"errors"
	"fmt"
	"net"
	"slices"

	"github.com/tocsin-wids/tocsin/capture/channel"
	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
	"golang.org/x/sys/unix"
)

// Radios is what can be done with the radios of a machine. nl80211.Client is that of the kernel.
type Radios interface {
	Interfaces() ([]nl80211.Interface, error)
	Phys() ([]nl80211.Phy, error)
	AddMonitor(phy int, name string, flags nl80211.Flags) error
	SetMonitor(index int, flags nl80211.Flags) error
	SetStation(index int) error
	SetChannel(index int, to channel.Channel) error
	Delete(index int) error
	Close() error
}

// dial returns the radios of this machine.
func dial() (Radios, error) {
	c, err := nl80211.Dial()
	if err != nil {
		return nil, err
	}
	return c, nil
}

// radio is an interface made ready to be listened to, and what is undone when it no longer is.
type radio struct {
	radios Radios      // nil: it cannot be tuned
	phy    nl80211.Phy // if it can be tuned
	name   string      // of the interface that is listened to
	index  int
	undo   []func() error
}

// ready makes the radio of the options ready: a monitor interface, up, and nothing that Tocsin was told of in its way. What is no
// wireless interface is left as it is, and so is one of which nobody can ask the kernel.
func ready(o Options) (*radio, error) {
	r := &radio{name: o.Interface}
	if err := r.ready(o); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *radio) ready(o Options) error {
	radios, err := o.Radios()
	if errors.Is(err, nl80211.ErrAbsent) {
		return untuned(o, err)
	}
	if err != nil {
		return err
	}
	r.radios = radios
	r.undo = append(r.undo, radios.Close)
	list, err := radios.Interfaces()
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(i nl80211.Interface) bool { return i.Name == o.Interface })
	if at < 0 {
		r.radios = nil
		return untuned(o, errors.New("it is no wireless interface"))
	}
	if r.phy, err = phyOf(radios, list[at].Phy); err != nil {
		return err
	}
	if err := r.choose(o, list, list[at]); err != nil {
		return r.explain(err)
	}
	if err := r.clear(o, list[at]); err != nil {
		return r.explain(err)
	}
	return nil
}

// untuned is what becomes of a source whose radio cannot be tuned: nothing, if it need not be.
func untuned(o Options, why error) error {
	if o.Channel == (channel.Channel{}) && o.Channels == nil {
		return nil
	}
	return fmt.Errorf("it cannot be tuned: %w; without channel= and channels= it is listened to as it is", why)
}

func phyOf(radios Radios, index int) (nl80211.Phy, error) {
	phys, err := radios.Phys()
	if err != nil {
		return nl80211.Phy{}, err
	}
	at := slices.IndexFunc(phys, func(p nl80211.Phy) bool { return p.Index == index })
	if at < 0 {
		return nl80211.Phy{}, fmt.Errorf("the kernel does not tell of its radio phy%d", index)
	}
	return phys[at], nil
}

// choose finds the monitor interface to listen to: the one that was named, another of the same radio, or one made for it.
func (r *radio) choose(o Options, list []nl80211.Interface, named nl80211.Interface) error {
	use := func(i nl80211.Interface) error {
		r.name, r.index = i.Name, i.Index
		return nil
	}
	if named.Mode == nl80211.Monitor {
		return use(named)
	}
	name := o.Monitor
	if name == "" {
		name = named.Name + "mon"
	}
	if len(name) >= unix.IFNAMSIZ {
		name = fmt.Sprintf("tocsin%d", named.Phy)
	}
	for _, i := range list {
		if i.Mode == nl80211.Monitor && i.Phy == named.Phy && (i.Name == name || o.Monitor == "") {
			return use(i)
		}
	}
	if !r.phy.Can(nl80211.Monitor) {
		return fmt.Errorf("the driver%s has no monitor mode; `tocsin sources` lists radios that have", driver(named.Name))
	}
	made := r.radios.AddMonitor(named.Phy, name, o.Flags)
	if errors.Is(made, unix.EOPNOTSUPP) || errors.Is(made, unix.EINVAL) {
		return r.convert(o, named)
	}
	if made != nil {
		return made
	}
	i, err := net.InterfaceByName(name)
	if err != nil {
		return fmt.Errorf("look for the monitor interface %s: %w", name, err)
	}
	r.undo = append(r.undo, func() error { return r.radios.Delete(i.Index) })
	return use(nl80211.Interface{Name: name, Index: i.Index})
}

// convert makes the interface itself a monitor interface, where the driver has no room for a second.
func (r *radio) convert(o Options, i nl80211.Interface) error {
	up, err := isUp(i.Name)
	if err != nil {
		return err
	}
	if err := setUp(i.Name, false); err != nil {
		return fmt.Errorf("bring %s down: %w", i.Name, err)
	}
	r.undo = append(r.undo, func() error { return setUp(i.Name, up) })
	if err := r.radios.SetMonitor(i.Index, o.Flags); err != nil {
		return err
	}
	r.undo = append(r.undo, func() error { return errors.Join(setUp(i.Name, false), r.radios.SetStation(i.Index)) })
	r.name, r.index = i.Name, i.Index
	return nil
}

// clear brings the monitor interface up, and the one that was named down, because a station's keeps the radio on its channel.
func (r *radio) clear(o Options, named nl80211.Interface) error {
	if named.Name != r.name && !o.KeepUp {
		up, err := isUp(named.Name)
		if err != nil {
			return err
		}
		if up {
			if err := setUp(named.Name, false); err != nil {
				return fmt.Errorf("bring %s down: %w", named.Name, err)
			}
			r.undo = append(r.undo, func() error { return setUp(named.Name, true) })
		}
	}
	if err := setUp(r.name, true); err != nil {
		return fmt.Errorf("bring %s up: %w", r.name, err)
	}
	return nil
}

// close leaves everything as it was found. An interface that was unplugged has nothing to undo.
func (r *radio) close() error {
	var problems []error
	for _, undo := range slices.Backward(r.undo) {
		if err := undo(); err != nil && !errors.Is(err, unix.ENODEV) && !errors.Is(err, unix.ENXIO) {
			problems = append(problems, fmt.Errorf("leave it as it was: %w", err))
		}
	}
	r.undo = nil
	return errors.Join(problems...)
}

// driver returns the driver's name behind a space, nothing if there is none.
func driver(name string) string {
	if d := nl80211.Driver(name); d != "" {
		return " " + d
	}
	return ""
}
