package kismet

import (
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

// Presence is the list of devices whose coming and going is told. It is changed whole or not at all.
type Presence interface {
	Devices() []tocsin.DeviceRule
	AddDevices(w Watch, devices []tocsin.MACMask) error
	RemoveDevices(w Watch, devices []tocsin.MACMask)
}

// Watch says of which events a list is.
type Watch struct{ Found, Lost bool }

// watches are the names that paths have for the lists.
var watches = map[string]Watch{"found": {Found: true}, "lost": {Lost: true}, "both": {Found: true, Lost: true}}

func watchOf(q *request) (Watch, error) {
	w, ok := watches[q.params["type"]]
	if !ok {
		return w, failed("Unknown alert type, expected found, lost, or both")
	}
	return w, nil
}

// presenceRoutes are there if there is such a list.
func (h *handler) presenceRoutes(list, command func(string, func(*request) (reply, error)) route) []route {
	if h.Presence == nil {
		return nil
	}
	return []route{
		list("/devices/alerts/mac/:type/macs", h.listDevices),
		command("/devices/alerts/mac/:type/add", h.addDevices),
		command("/devices/alerts/mac/:type/remove", h.removeDevices),
	}
}

func (h *handler) addDevices(q *request) (reply, error) {
	w, err := watchOf(q)
	if err != nil {
		return reply{}, err
	}
	devices, err := q.devices()
	if err != nil {
		return reply{}, err
	}
	if err := h.Presence.AddDevices(w, devices); err != nil {
		if tocsin.ErrorCode(err) == tocsin.Invalid {
			err = failed(err.Error())
		}
		return reply{}, err
	}
	return reply{}, nil
}

func (h *handler) removeDevices(q *request) (reply, error) {
	w, err := watchOf(q)
	if err != nil {
		return reply{}, err
	}
	devices, err := q.devices()
	if err != nil {
		return reply{}, err
	}
	h.Presence.RemoveDevices(w, devices)
	return reply{}, nil
}

// devices reads the addresses that a command names, in "mac", in "macs", or in both.
func (q *request) devices() ([]tocsin.MACMask, error) {
	o, _ := q.json.(map[string]any)
	var devices []tocsin.MACMask
	add := func(v any, problem string) error {
		s, _ := v.(string)
		m, err := tocsin.ParseMACMask(s)
		if err != nil {
			return failed(problem)
		}
		devices = append(devices, m)
		return nil
	}
	if v, given := o["mac"]; given {
		if err := add(v, "invalid MAC address"); err != nil {
			return nil, err
		}
	}
	if v, given := o["macs"]; given {
		list, ok := v.([]any)
		if !ok {
			return nil, failed("invalid MAC address in macs list")
		}
		for _, v := range list {
			if err := add(v, "invalid MAC address in macs list"); err != nil {
				return nil, err
			}
		}
	}
	if len(devices) == 0 {
		return nil, failed("expected MAC address in mac or macs[]")
	}
	return devices, nil
}

// listDevices answers the addresses of a list, without their masks. "both" is those that are in both lists.
func (h *handler) listDevices(q *request) (reply, error) {
	w, err := watchOf(q)
	if err != nil {
		return reply{}, err
	}
	var listed []tocsin.MAC
	for _, r := range h.Presence.Devices() {
		if (r.Found || !w.Found) && (r.Lost || !w.Lost) {
			listed = append(listed, r.Device.Addr)
		}
	}
	return reply{body: api.AppendList(nil, len(listed), q.format, 0, func(b []byte, i int) []byte {
		return api.AppendMAC(b, listed[i])
	})}, nil
}
