package config

import (
	"net"
	"strings"
)

// remote says where sensors are taken over TCP. Without an address and a port there is no such place in Kismet either.
func (k *kismetReader) remote() {
	r := &k.draft.config.Server.Remote
	if d, ok := k.first["override_remote_timestamp"]; ok {
		if override, ok := k.boolean(d, true); ok {
			r.KeepTime = !override
			k.set("server.remote.keep_time", d.place)
		}
	}
	host, hasHost := k.first["remote_capture_listen"]
	port, hasPort := k.first["remote_capture_port"]
	if d, ok := k.first["remote_capture_enabled"]; ok {
		if on, ok := k.boolean(d, true); ok && !on {
			k.set("server.remote.enabled", d.place)
			return
		}
		if !hasHost || !hasPort {
			k.draft.warn(d.place, "%s is not used: remote_capture_listen and remote_capture_port say where, and one of them is missing", d.name)
		}
	}
	if !hasHost || !hasPort || host.value == "" || port.value == "0" {
		return
	}
	name := strings.Trim(host.value, "[]")
	if name == "*" {
		name = "0.0.0.0"
	}
	r.Enabled, r.Listen = true, net.JoinHostPort(name, port.value)
	k.set("server.remote.enabled", port.place)
	k.set("server.remote.listen", host.place+", "+port.place)
}
