package kismet

import (
	"os/user"
	"slices"
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
	Devices     int    // tracked
	Connections int    // of HTTP clients, now
	Memory      uint64 // in use, kB; 0 if unknown
	Battery     api.Battery

	MemoryHistory, DevicesHistory api.History
}

type systemRecord struct {
	System
	now     time.Time
	account string

	memory, devices api.HistoryView
}

type sys = systemRecord

var systemFields = slices.Concat(powerFields, []api.Field[systemRecord]{
	{Name: "kismet.system.timestamp.sec", Type: "uint64_t", Help: "time of the server, Unix seconds",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendInt(b, s.now.Unix(), 10) }},
	{Name: "kismet.system.timestamp.usec", Type: "uint64_t", Help: "microseconds of that second",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendInt(b, int64(s.now.Nanosecond()/1000), 10) }},
	{Name: "kismet.system.timestamp.start_sec", Type: "uint64_t", Help: "when the server started, Unix seconds",
		Append: func(b []byte, s *sys) []byte { return api.AppendTime(b, s.Started.Truncate(time.Second)) }},
	{Name: "kismet.system.memory.rss", Type: "uint64_t", Help: "memory in use, kB",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendUint(b, s.Memory, 10) }},
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
	{Name: "kismet.system.memory.rrd", Type: "map[field, x]", Help: "memory in use over time, kB",
		Fields: api.Within(api.HistoryFields, func(s *sys) *api.HistoryView { return &s.memory })},
	{Name: "kismet.system.devices.rrd", Type: "map[field, x]", Help: "tracked devices over time",
		Fields: api.Within(api.HistoryFields, func(s *sys) *api.HistoryView { return &s.devices })},
	{Name: "kismet.system.sensors.fan", Type: "map[string, x]", Help: "fans, none are read", Append: sysEmpty},
	{Name: "kismet.system.sensors.temp", Type: "map[string, x]", Help: "temperatures, none are read", Append: sysEmpty},
	{Name: "kismet.system.num_http_connections", Type: "uint64_t", Help: "connections of HTTP clients",
		Append: func(b []byte, s *sys) []byte { return strconv.AppendInt(b, int64(s.Connections), 10) }},
	{Name: "kismet.server.uuid", Type: "uuid", Help: "identifier of the server",
		Append: func(b []byte, s *sys) []byte { return api.AppendString(b, s.UUID) }},
})

// powerFields are those of a battery in the order that this record has them.
var powerFields = api.Within(api.Select(api.BatteryFields, []api.Choice{
	{Path: "kismet.system.battery.percentage"}, {Path: "kismet.system.battery.charging"},
	{Path: "kismet.system.battery.ac"}, {Path: "kismet.system.battery.remaining"},
}), func(s *sys) *api.Battery { return &s.Battery })

// AppendSystem appends the status record of a server as it is at now.
func AppendSystem(b []byte, s System, now time.Time) []byte {
	r := systemRecordOf(s, now, account())
	return api.AppendRecord(b, &r, systemFields, api.JSON, 0)
}

func systemRecordOf(s System, now time.Time, account string) systemRecord {
	return systemRecord{System: s, now: now, account: account, memory: s.MemoryHistory.At(now), devices: s.DevicesHistory.At(now)}
}

// account is the name of the account that the server runs as, "" if the system does not say.
func account() string {
	u, err := user.Current()
	if err != nil {
		return ""
	}
	return u.Username
}

func sysEmpty(b []byte, _ *sys) []byte { return append(b, '{', '}') }

func (h *handler) systemStatus(q *request) (reply, error) {
	fields, err := selected(q, systemFields)
	if err != nil {
		return reply{}, err
	}
	s := systemRecordOf(h.System(), h.Now(), h.account)
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
