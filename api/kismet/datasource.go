package kismet

import (
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/capture"
)

// Source is what the server knows of one source of frames.
type Source struct {
	UUID       string
	Number     int    // from 1
	Name       string // what people call it
	Definition string // as it was configured
	Interface  string // path of the capture, - is standard input; or the radio's
	Driver     Driver
	Remote     string // address and port from which its sensor is connected, or was; empty: it is of this machine
	Version    string // of the capture tool that sends; empty if there is none
	Running    bool
	Paused     bool // what it hears is thrown away
	Tuning     capture.Tuning
	Error      string // that ended it; empty if none did
	Warning    string // about what was read all the same
	Link       uint16 // link type of its last packet; 0 if it had none
	Packets    uint64
	Lost       uint64
	Errors     uint64 // packets that could not be read, or were damaged
	Retry      bool   // is opened again after a failure
	// Attempts to open it again since it last was open for long, and since the start.
	Attempts, TotalAttempts int
	// Packets and octets of each second.
	PacketRate, ByteRate api.History
}

// CaptureUUID returns the identifier that a capture file has as a source, by its path as it is written.
func CaptureUUID(path string) string {
	return fmt.Sprintf("4E1D07C3-0000-0000-0000-0000%08X", alert.Checksum([]byte(path)))
}

// RadioUUID returns the identifier that a radio has as a source, by the address of the interface that was named.
func RadioUUID(address tocsin.MAC) string {
	return fmt.Sprintf("5FE308BD-0000-0000-0000-%012X", address[:])
}

// Driver is one kind of source.
type Driver struct {
	Type, Description                                string
	Probe, List, Local, Remote, Passive, Tuning, Hop bool // what it can do
}

// The kinds of sources that there are, named as the peer names what is the same.
var (
	CaptureDriver = Driver{
		Type: "pcapfile", Description: "Captures: a file, a FIFO or standard input, pcap or pcapng, compressed or not", Probe: true, Local: true, Remote: true,
	}
	RadioDriver  = Driver{Type: "linuxwifi", Description: "Radios in monitor mode", Probe: true, List: true, Local: true, Remote: true, Tuning: true, Hop: true}
	TZSPDriver   = Driver{Type: "tzsp", Description: "Access points that stream what they hear in TZSP", Local: true}
	StreamDriver = Driver{Type: "kismet", Description: "A running Kismet or Tocsin that hands on what it hears", Local: true}
	LogDriver    = Driver{Type: "kismetdb", Description: "Packets of a log that Kismet or Tocsin wrote", Probe: true, Local: true}

	drivers = []Driver{CaptureDriver, RadioDriver, TZSPDriver, StreamDriver, LogDriver}
)

// SensorDriver is the kind of what a sensor sends.
func SensorDriver(kind string, tuning bool) Driver {
	for _, d := range drivers {
		if d.Type == kind && d.Remote {
			return d
		}
	}
	return Driver{Type: kind, Description: "Sensors of that kind, which connect by themselves", Remote: true, Tuning: tuning, Hop: tuning}
}

// sourceRecord is a source at the time of the answer.
type sourceRecord struct {
	Source
	packets, octets api.HistoryView
}

type src = sourceRecord

func sourceText(name, help string, get func(*src) string) api.Field[src] {
	return api.Field[src]{Name: "kismet.datasource." + name, Type: "string", Help: help,
		Append: func(b []byte, s *src) []byte { return api.AppendString(b, get(s)) }}
}

func sourceNumber(name, kind, help string, get func(*src) int64) api.Field[src] {
	return api.Field[src]{Name: "kismet.datasource." + name, Type: kind, Help: help,
		Append: func(b []byte, s *src) []byte { return strconv.AppendInt(b, get(s), 10) }}
}

func sourceFlag(name, help string, get func(*src) bool) api.Field[src] {
	return sourceNumber(name, "uint8_t", help, func(s *src) int64 {
		if get(s) {
			return 1
		}
		return 0
	})
}

// Values of what does not exist here, as the peer answers it.
func noText(*src) string  { return "" }
func noNumber(*src) int64 { return 0 }
func never(*src) bool     { return false }

func sourceList(name, help string, get func(*src) []string) api.Field[src] {
	return api.Field[src]{Name: "kismet.datasource." + name, Type: "vector[string]", Help: help,
		Append: func(b []byte, s *src) []byte { return api.AppendStrings(b, get(s)) }}
}

// historyFields are the members of a history in a record of another type.
func historyFields(get func(*src) *api.HistoryView) []api.Field[src] {
	var list []api.Field[src]
	for _, f := range api.HistoryFields {
		list = append(list, api.Field[src]{Name: f.Name, Type: f.Type, Help: f.Help,
			Append: func(b []byte, s *src) []byte { return f.Append(b, get(s)) }})
	}
	return list
}

// driverFields are the members of a driver, or of a record that holds one.
func driverFields[T any](get func(*T) *Driver) []api.Field[T] {
	text := func(name, help string, value func(*Driver) string) api.Field[T] {
		return api.Field[T]{Name: "kismet.datasource.driver." + name, Type: "string", Help: help,
			Append: func(b []byte, v *T) []byte { return api.AppendString(b, value(get(v))) }}
	}
	flag := func(name, help string, value func(*Driver) bool) api.Field[T] {
		return api.Field[T]{Name: "kismet." + name, Type: "uint8_t", Help: help, Append: func(b []byte, v *T) []byte {
			if value(get(v)) {
				return append(b, '1')
			}
			return append(b, '0')
		}}
	}
	no := func(*Driver) bool { return false }
	return []api.Field[T]{
		text("type", "name of the kind", func(d *Driver) string { return d.Type }),
		text("description", "what it is", func(d *Driver) string { return d.Description }),
		flag("datasource.driver.probe_capable", "recognises its sources", func(d *Driver) bool { return d.Probe }),
		flag("datasource.driver.probe_ipc", "never set", no),
		flag("datasource.driver.list_capable", "lists interfaces", func(d *Driver) bool { return d.List }),
		flag("datasource.driver.list_ipc", "never set", no),
		flag("datasource.driver.local_capable", "opened by the server", func(d *Driver) bool { return d.Local }),
		flag("datasource.driver.local_ipc", "never set", no),
		flag("datasource.driver.remote_capable", "opened by others, who send", func(d *Driver) bool { return d.Remote }),
		flag("datasource.driver.passive_capable", "made by packets themselves", func(d *Driver) bool { return d.Passive }),
		flag("datasource.driver.tuning_capable", "can be tuned to a channel", func(d *Driver) bool { return d.Tuning }),
		flag("datasource_driver.hop_capable", "can hop over channels", func(d *Driver) bool { return d.Hop }),
	}
}

var typeFields = driverFields(func(d *Driver) *Driver { return d })

// sourceFields are the members of a source's record.
var sourceFields = []api.Field[src]{
	sourceText("uuid", "identifier", func(s *src) string { return s.UUID }),
	sourceNumber("source_number", "uint64_t", "number in this run of the server", func(s *src) int64 { return int64(s.Number) }),
	sourceNumber("source_key", "uint32_t", "checksum of the identifier", func(s *src) int64 { return int64(alert.Checksum([]byte(s.UUID))) }),
	sourceText("name", "what people call it", func(s *src) string { return s.Name }),
	sourceText("definition", "as it was configured", func(s *src) string { return s.Definition }),
	sourceText("interface", "interface of the radio; path of the capture", func(s *src) string { return s.Interface }),
	sourceText("capture_interface", "interface that is listened to; path of the capture", func(s *src) string {
		if s.Tuning.Interface != "" {
			return s.Tuning.Interface
		}
		return s.Interface
	}),
	sourceText("hardware", "driver of the radio, as far as known", func(s *src) string { return s.Tuning.Hardware }),
	{Name: "kismet.datasource.type_driver", Type: "map[field, x]", Help: "kind of source",
		Fields: driverFields(func(s *src) *Driver { return &s.Driver })},
	sourceFlag("running", "is being read", func(s *src) bool { return s.Running }),
	sourceFlag("paused", "what it hears is thrown away", func(s *src) bool { return s.Paused }),
	sourceFlag("error", "ended with an error", func(s *src) bool { return s.Error != "" }),
	sourceText("error_reason", "the error", func(s *src) string { return s.Error }),
	sourceText("warning", "what was wrong with what was read all the same", func(s *src) string { return s.Warning }),
	sourceFlag("remote", "a sensor sends it", func(s *src) bool { return s.Remote != "" }),
	sourceFlag("passive", "never", never),
	sourceFlag("retry", "is opened again after an error", func(s *src) bool { return s.Retry }),
	sourceNumber("retry_attempts", "uint32_t", "failures since it last was open for long", func(s *src) int64 { return int64(s.Attempts) }),
	sourceNumber("total_retry_attempts", "uint32_t", "failures since the start", func(s *src) int64 { return int64(s.TotalAttempts) }),
	sourceText("ipc_binary", "capture tool, none", noText),
	sourceNumber("ipc_pid", "int64_t", "process of the capture tool, none", func(*src) int64 { return -1 }),
	sourceText("remote_ip", "address of who sends", func(s *src) string {
		host, _, err := net.SplitHostPort(s.Remote)
		if err != nil {
			return s.Remote
		}
		return host
	}),
	sourceText("datasource_version", "version of the capture tool, if one sends", func(s *src) string { return s.Version }),
	sourceNumber("dlt", "uint32_t", "link type of the newest packet, 0 before the first", func(s *src) int64 { return int64(s.Link) }),
	sourceNumber("linktype_override", "uint32_t", "none", noNumber),
	sourceList("channels", "to which the radio can listen", func(s *src) []string { return s.Tuning.Channels }),
	sourceList("hop_channels", "over which it hops", func(s *src) []string { return s.Tuning.Hop }),
	sourceText("channel", "to which it listens, the newest that is known while it hops", func(s *src) string { return s.Tuning.Channel }),
	sourceFlag("hopping", "it hops", func(s *src) bool { return len(s.Tuning.Hop) > 0 }),
	{Name: "kismet.datasource.hop_rate", Type: "double", Help: "channels a second, 0 if it does not hop",
		Append: func(b []byte, s *src) []byte { return strconv.AppendFloat(b, s.Tuning.Rate, 'g', -1, 64) }},
	sourceFlag("hop_split", "never", never),
	sourceFlag("hop_shuffle", "never", never),
	sourceNumber("hop_shuffle_skip", "uint32_t", "none", noNumber),
	sourceNumber("hop_offset", "uint32_t", "none", noNumber),
	sourceNumber("num_packets", "uint64_t", "packets read so far", func(s *src) int64 { return int64(s.Packets) }),
	sourceNumber("num_error_packets", "uint64_t", "packets that could not be read or were damaged", func(s *src) int64 { return int64(s.Errors) }),
	{Name: "kismet.datasource.packets_rrd", Type: "map[field, x]", Help: "packets a second over time",
		Fields: historyFields(func(s *src) *api.HistoryView { return &s.packets })},
	{Name: "kismet.datasource.packets_datasize_rrd", Type: "map[field, x]", Help: "octets a second over time",
		Fields: historyFields(func(s *src) *api.HistoryView { return &s.octets })},
	sourceNumber("cmd_pending", "uint64_t", "none", noNumber),
	sourceText("info.antenna_type", "not defined", noText),
	sourceNumber("info.antenna_gain", "double", "not defined", noNumber),
	sourceNumber("info.antenna_orientation", "double", "not defined", noNumber),
	sourceNumber("info.antenna_beamwidth", "double", "not defined", noNumber),
	sourceText("info.amp_type", "not defined", noText),
	sourceNumber("info.amp_gain", "double", "not defined", noNumber),
	{Name: "tocsin.datasource.lost", Type: "uint64_t", Help: "packets that the sensor lost, as far as the capture tells, and that found the queue full",
		Append: func(b []byte, s *src) []byte { return strconv.AppendUint(b, s.Lost, 10) }},
}

// AppendSource appends the record of s as it is at now.
func AppendSource(b []byte, s *Source, now time.Time) []byte {
	r := recordOf(s, now)
	return api.AppendRecord(b, &r, sourceFields, api.JSON, 0)
}

// SourcePayload is the record of s as it is at now, for events.
func SourcePayload(s Source, now time.Time) api.Payload {
	r := recordOf(&s, now)
	return api.Record(&r, sourceFields)
}

func recordOf(s *Source, now time.Time) sourceRecord {
	return sourceRecord{*s, s.PacketRate.At(now), s.ByteRate.At(now)}
}

// sourceRoutes tell of the sources, and change them.
func (h *handler) sourceRoutes(list, command func(string, func(*request) (reply, error)) route) []route {
	if h.Sources == nil {
		return nil
	}
	interfaces := list("/datasource/list_interfaces", h.listInterfaces)
	interfaces.roles = []string{api.Admin}
	return append(h.sourceCommands(command), []route{
		list("/datasource/all_sources", h.allSources),
		list("/datasource/types", h.sourceTypes),
		list("/datasource/defaults", h.sourceDefaults),
		list("/datasource/by-uuid/:uuid/source", h.sourceByUUID),
		interfaces,
	}...)
}

func (h *handler) allSources(q *request) (reply, error) {
	fields, err := selected(q, sourceFields)
	if err != nil {
		return reply{}, err
	}
	sources, now := h.Sources.Sources(), h.Now()
	return reply{body: api.AppendList(nil, len(sources), q.format, 0, func(b []byte, i int) []byte {
		r := recordOf(&sources[i], now)
		return api.AppendRecord(b, &r, fields, q.format, 1)
	})}, nil
}

func (h *handler) sourceByUUID(q *request) (reply, error) { return h.sourceRecord(q, q.params["uuid"]) }

func (h *handler) sourceRecord(q *request, uuid string) (reply, error) {
	fields, err := selected(q, sourceFields)
	if err != nil {
		return reply{}, err
	}
	for _, s := range h.Sources.Sources() {
		if strings.EqualFold(s.UUID, uuid) {
			r := recordOf(&s, h.Now())
			return reply{body: q.format.End(api.AppendRecord(nil, &r, fields, q.format, 0))}, nil
		}
	}
	return text(http.StatusInternalServerError, "ERROR: unknown source\n")
}

func (h *handler) sourceTypes(q *request) (reply, error) {
	fields, err := selected(q, typeFields)
	if err != nil {
		return reply{}, err
	}
	return reply{body: api.AppendList(nil, len(drivers), q.format, 0, func(b []byte, i int) []byte {
		return api.AppendRecord(b, &drivers[i], fields, q.format, 1)
	})}, nil
}

// RemoteDefaults say how sensors are taken that connect over TCP.
type RemoteDefaults struct {
	Listen   string // address; empty: they are not
	Port     uint16
	Override bool // the time of packets is this machine's
}

// defaultFields say how sources hop and where remote ones are heard.
var defaultFields = func() []api.Field[RemoteDefaults] {
	var list []api.Field[RemoteDefaults]
	for _, f := range []struct{ name, kind, value, help string }{
		{"hop_rate", "double", "5", "channels a second"}, {"hop", "uint8_t", "1", "radios hop"},
		{"split", "uint8_t", "1", "radios share the channels"}, {"random_order", "uint8_t", "1", "neighbouring channels do not follow each other"},
		{"retry_on_error", "uint8_t", "1", "a radio that failed is opened again"},
	} {
		list = append(list, api.Field[RemoteDefaults]{Name: defaultPrefix + f.name, Type: f.kind, Help: f.help,
			Append: func(b []byte, _ *RemoteDefaults) []byte { return append(b, f.value...) }})
	}
	return append(list,
		api.Field[RemoteDefaults]{Name: defaultPrefix + "remote_cap_listen", Type: "string", Help: "address for sensors over TCP",
			Append: func(b []byte, d *RemoteDefaults) []byte { return api.AppendString(b, d.Listen) }},
		api.Field[RemoteDefaults]{Name: defaultPrefix + "remote_cap_port", Type: "uint32_t", Help: "port for sensors over TCP, 0 if they are not taken",
			Append: func(b []byte, d *RemoteDefaults) []byte { return strconv.AppendUint(b, uint64(d.Port), 10) }},
		api.Field[RemoteDefaults]{Name: defaultPrefix + "remote_cap_timestamp", Type: "uint8_t", Help: "the time of packets is the server's",
			Append: func(b []byte, d *RemoteDefaults) []byte {
				if d.Override {
					return append(b, '1')
				}
				return append(b, '0')
			}})
}()

const defaultPrefix = "kismet.datasourcetracker.default."

func (h *handler) sourceDefaults(q *request) (reply, error) {
	fields, err := selected(q, defaultFields)
	if err != nil {
		return reply{}, err
	}
	return reply{body: q.format.End(api.AppendRecord(nil, &h.Remote, fields, q.format, 0))}, nil
}
