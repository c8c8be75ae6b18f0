package v1

import (
	"context"
	"time"
)

// Server is what the server says about itself. Time and Uptime are filled in by the handler.
type Server struct {
	Version     string    `json:"version" doc:"Of the program."`
	Commit      string    `json:"commit,omitempty" doc:"That it was built from, if the build recorded one."`
	Name        string    `json:"name,omitempty" doc:"From the configuration."`
	Description string    `json:"description,omitempty" doc:"From the configuration."`
	Location    string    `json:"location,omitempty" doc:"From the configuration."`
	Started     time.Time `json:"started" doc:"When this run began."`
	Time        time.Time `json:"time" doc:"Now, by the server's clock."`
	Uptime      int64     `json:"uptime_seconds" minimum:"0" doc:"Whole seconds since it started."`
	Networks    int       `json:"networks" minimum:"0" doc:"Tracked now."`
	Devices     int       `json:"devices" minimum:"0" doc:"Tracked now."`
	Sources     []Source  `json:"sources" nullable:"false" doc:"Where frames come from, in the order of the configuration."`
}

// Source is one place where frames come from.
type Source struct {
	UUID    string    `json:"uuid" doc:"As the compatible interface identifies it."`
	Name    string    `json:"name" doc:"Of the source: a path, an interface, or what the configuration calls it."`
	State   string    `json:"state" enum:"waiting,running,ended,failed" doc:"ended: all was read. failed: see error."`
	Error   string    `json:"error,omitempty" doc:"Why it failed, or that its end was cut off."`
	Packets uint64    `json:"packets" doc:"Delivered so far."`
	Bytes   uint64    `json:"bytes" doc:"Delivered so far."`
	Lost    uint64    `json:"lost" doc:"Packets lost before any detector saw them: drops.kernel, drops.source and drops.queue."`
	Drops   Drops     `json:"drops" doc:"Packets that were lost or were of no use, by the place where."`
	Started time.Time `json:"started,omitzero" doc:"When it was opened."`
	Ended   time.Time `json:"ended,omitzero" doc:"When it ended or failed."`
}

// Drops counts packets that did not get on, by the place where.
type Drops struct {
	Kernel    uint64 `json:"kernel" doc:"Found no room in the buffer that the kernel fills."`
	Source    uint64 `json:"source" doc:"Lost before that or by the source itself, as far as it told: of a capture, what it says was lost."`
	Queue     uint64 `json:"queue" doc:"Found the queue before the detectors full."`
	Header    uint64 `json:"header" doc:"Have a radio header that does not hold what it promises: no detector saw them."`
	Frame     uint64 `json:"frame" doc:"Hold no frame, or too little of one: no detector saw them."`
	Link      uint64 `json:"link" doc:"Are of a link type that is not read: no detector saw them."`
	Damaged   uint64 `json:"damaged" doc:"Have a wrong checksum: few detectors look at them."`
	Streams   uint64 `json:"streams" doc:"Came too fast for clients that listen along, all clients together."`
	PacketLog uint64 `json:"packet_log" doc:"Are not in the log of packets: they came too fast, or the disk did not take them."`
	KismetDB  uint64 `json:"kismetdb" doc:"Came too fast for the kismetdb log."`
}

// Places is what d counts, by the names that the places have in JSON.
func (d Drops) Places() map[string]uint64 {
	return map[string]uint64{
		"kernel": d.Kernel, "source": d.Source, "queue": d.Queue, "header": d.Header, "frame": d.Frame, "link": d.Link, "damaged": d.Damaged,
		"streams": d.Streams, "packet_log": d.PacketLog, "kismetdb": d.KismetDB,
	}
}

// Sources are in one of these states.
const (
	Waiting = "waiting"
	Running = "running"
	Ended   = "ended"
	Failed  = "failed"
)

// Sensor is one radio that was heard.
type Sensor struct {
	Name       string    `json:"name" doc:"As alerts name it in sensors."`
	Source     string    `json:"source" doc:"Name of the source that it belongs to."`
	Frames     uint64    `json:"frames" doc:"Heard, damaged ones included."`
	Damaged    uint64    `json:"damaged" doc:"Of those, with a wrong checksum. Many mean that the radio hears badly."`
	Unreadable uint64    `json:"unreadable" doc:"Packets in which no frame was found."`
	Late       uint64    `json:"late" doc:"Packets that came more than a minute late and were not judged: its clock was set back, or it was cut off for long."`
	Lost       *uint64   `json:"lost,omitempty" doc:"Packets that its source lost. Absent if the source has several radios and does not say which lost them."`
	LastHeard  time.Time `json:"last_heard,omitzero" doc:"Time of its newest packet, by its own clock: of a capture, when that was made."`
}

func (h *Handler) server(context.Context, *struct{}) (Server, error) {
	s := h.o.Server()
	s.Time = h.o.Now().UTC()
	s.Started = s.Started.UTC()
	s.Uptime = int64(max(s.Time.Sub(s.Started), 0) / time.Second)
	s.Sources = list(s.Sources)
	for i := range s.Sources {
		s.Sources[i].Started, s.Sources[i].Ended = moment(s.Sources[i].Started), moment(s.Sources[i].Ended)
	}
	return s, nil
}

// sensorsIn asks for sensors.
type sensorsIn struct {
	Limit  int `query:"limit" minimum:"1" maximum:"500" default:"100" doc:"Most on a page."`
	Offset int `query:"offset" minimum:"0" maximum:"65535" doc:"How many to pass over: next_offset of the page before."`
}

// Sensors is a part of the list of radios.
type Sensors struct {
	Items []Sensor `json:"items" nullable:"false" doc:"In the order in which they were first heard."`
	Next  int      `json:"next_offset,omitempty" doc:"Ask again with this as offset for more. Absent on the last page."`
}

func (h *Handler) sensors(_ context.Context, in *sensorsIn) (Sensors, error) {
	all := h.o.Sensors()
	from := min(in.Offset, len(all))
	to := min(from+in.Limit, len(all))
	s := Sensors{Items: list(all[from:to])}
	for i := range s.Items {
		s.Items[i].LastHeard = moment(s.Items[i].LastHeard)
	}
	if to < len(all) {
		s.Next = to
	}
	return s, nil
}
