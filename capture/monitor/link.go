package monitor

import (
	"errors"
	"fmt"
	"strings"

	"github.com/tocsin-wids/tocsin/capture/monitor/nl80211"
	"golang.org/x/sys/unix"
)

// isUp reports whether an interface is up.
func isUp(name string) (bool, error) {
	up := false
	err := withFlags(name, func(fd int, request *unix.Ifreq) error {
		up = request.Uint16()&unix.IFF_UP != 0
		return nil
	})
	return up, err
}

// setUp brings an interface up or down.
func setUp(name string, up bool) error {
	return withFlags(name, func(fd int, request *unix.Ifreq) error {
		flags := request.Uint16() &^ unix.IFF_UP
		if up {
			flags |= unix.IFF_UP
		}
		request.SetUint16(flags)
		return unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request)
	})
}

// withFlags calls do with the flags of an interface.
func withFlags(name string, do func(fd int, request *unix.Ifreq) error) error {
	request, err := unix.NewIfreq(name)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFFLAGS, request); err != nil {
		return err
	}
	return do(fd, request)
}

// Rights is how a program is given the right to listen to radios and to tune them.
const Rights = "`sudo setcap cap_net_admin,cap_net_raw+ep tocsin` grants it to the program, AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW to a systemd service"

// explain adds to an error of the kernel what can be done.
func (r *radio) explain(err error) error {
	switch {
	case errors.Is(err, unix.EPERM):
		return fmt.Errorf("%w; %s", err, Rights)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%w; %s", err, r.users())
	case errors.Is(err, unix.ERFKILL):
		return fmt.Errorf("%w: the radio is switched off; `rfkill unblock wifi` switches it on, if no switch of the machine does", err)
	case errors.Is(err, unix.ENODEV):
		return fmt.Errorf("%w: the interface was unplugged", err)
	}
	return err
}

// users names the interfaces of the same radio that keep it on their channel.
func (r *radio) users() string {
	list, err := r.radios.Interfaces()
	if err != nil {
		return "another interface of the radio may be using it"
	}
	var holders []string
	for _, i := range list {
		if up, err := isUp(i.Name); i.Phy != r.phy.Index || i.Mode == nl80211.Monitor || err != nil || !up {
			continue
		}
		holders = append(holders, fmt.Sprintf("%[1]s (%[2]s) is up on the same radio and holds its channel; `ip link set %[1]s down` frees it, "+
			"and `nmcli device set %[1]s managed no` keeps NetworkManager from bringing it up again", i.Name, i.Mode))
	}
	if holders == nil {
		return "something else is using the radio, such as a scan; `iw dev` lists its interfaces"
	}
	return strings.Join(holders, "; ")
}

// Allowed reports whether this process has the right to listen to radios and to tune them.
func Allowed() bool {
	header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var data [2]unix.CapUserData // of 32 capabilities each
	if err := unix.Capget(&header, &data[0]); err != nil {
		return false
	}
	const both = 1<<unix.CAP_NET_ADMIN | 1<<unix.CAP_NET_RAW
	return data[0].Effective&both == both
}
