package kismet

import (
	"bytes"
	"os"
	"os/user"
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin/api"
)

// System is what the server says about itself.
type System struct {
	Started     time.Time
	Version     string
	Commit      string
	Built       string
	Name        string
	Description string
	Location    string
	UUID        string
	Devices     int // tracked
	Connections int // of HTTP clients, now
}

type systemRecord struct {
	System
	now     time.Time
	account string
}

type sys = systemRecord

var systemFields = []api.Field[systemRecord]{
	{Name: "kismet.system.battery.percentage", Type: "int32_t", Help: "0 without a battery", Append: sysZero},
	{Name: "kismet.system.battery.charging", Type: "string", Help: "charged on mains without a battery",
		Append: func(b []byte, _ *sys) []byte { return append(b, `"charged"`...) }},
	{Name: "kismet.system.battery.ac", Type: "uint8_t", Help: "1 on mains",
		Append: func(b []byte, _ *sys) []byte { return append(b, '1') }},
	{Name: "kismet.system.battery.remaining", Type: "uint32_t", Help: "seconds", Append: sysZero},
	{Name: "kismet.system.timestamp.sec", Type: "uint64_t", Help: "time of the server, Unix seconds",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendInt(b, s.now.Unix(), 10) }},
	{Name: "kismet.system.timestamp.usec", Type: "uint64_t", Help: "microseconds of that second",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendInt(b, int64(s.now.Nanosecond()/1000), 10) }},
	{Name: "kismet.system.timestamp.start_sec", Type: "uint64_t", Help: "when the server started, Unix seconds",
		Append: func(b []byte, s *sys) []byte { return api.AppendTime(b, s.Started.Truncate(time.Second)) }},
	{Name: "kismet.system.memory.rss", Type: "uint64_t", Help: "memory in use, kB",
		Append: func(b []byte, _ *sys) []byte { return strconv.AppendUint(b, residentMemory(), 10) }},
	{Name: "kismet.system.devices.count", Type: "uint64_t", Help: "tracked devices",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendInt(b, int64(s.Devices), 10) }},
	{Name: "kismet.system.user", Type: "string", Help: "account that the server runs as",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.account) }},
	{Name: "kismet.system.version", Type: "string", Help: "version",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.Version) }},
	{Name: "kismet.system.git", Type: "string", Help: "commit",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.Commit) }},
	{Name: "kismet.system.build_time", Type: "string", Help: "when it was built",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.Built) }},
	{Name: "kismet.system.server_name", Type: "string", Help: "name of the server",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.Name) }},
	{Name: "kismet.system.server_description", Type: "string", Help: "what it is for",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.Description) }},
	{Name: "kismet.system.server_location", Type: "string", Help: "where it is",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.Location) }},
	{Name: "kismet.system.sensors.fan", Type: "map[string, x]", Help: "fans, none are read", Append: sysEmpty},
	{Name: "kismet.system.sensors.temp", Type: "map[string, x]", Help: "temperatures, none are read", Append: sysEmpty},
	{Name: "kismet.system.num_http_connections", Type: "uint64_t", Help: "connections of HTTP clients",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendInt(b, int64(s.Connections), 10) }},
	{Name: "kismet.server.uuid", Type: "uuid", Help: "identifier of the server",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.UUID) }},
}

// AppendSystem appends the status record of a server as it is at now.
func AppendSystem(b []byte, s System, now time.Time) []byte {
	return api.AppendRecord(b, &systemRecord{s, now, account()}, systemFields, api.JSON, 0)
}

// account is the name of the account that the server runs as, "" if the system does not say.
func account() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

func sysZero(b []byte, _ *sys) []byte { return append(b, '0') }

func sysEmpty(b []byte, _ *sys) []byte { return append(b, '{', '}') }

func (h *handler) systemStatus(q *request) (reply, error) {
	fields, err := selected(q, systemFields)
	if err != nil {
		return reply{}, err
	}
	s := systemRecord{h.System(), h.Now(), h.account}
	return reply{body: q.format.End(api.AppendRecord(nil, &s, fields, q.format, 0))}, nil
}

func (h *handler) systemTime(q *request) (reply, error) {
	fields, err := selected(q, api.TimeFields)
	if err != nil {
		return reply{}, err
	}
	now := h.Now()
	return reply{body: q.format.End(api.AppendRecord(nil, &now, fields, q.format, 0))}, nil
}

func (h *handler) systemUser(q *request) (reply, error) {
	fields := api.Select(systemFields, []api.Choice{{Path: "kismet.system.user"}})
	return reply{body: q.format.End(api.AppendRecord(nil, &systemRecord{account: h.account}, fields, q.format, 0))}, nil
}

// residentMemory returns kB, 0 where the system does not say.
func residentMemory() uint64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	parts := bytes.Fields(b)
	if len(parts) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(string(parts[1]), 10, 64)
	return pages * uint64(os.Getpagesize()) / 1024
}
