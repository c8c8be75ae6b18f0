package api

import (
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// MessageFields are the members of a message's record.
var MessageFields = []Field[tocsin.Message]{
	{Name: "kismet.messagebus.message_string", Type: "string", Help: "the message",
		Append: func(b []byte, m *tocsin.Message) []byte { return AppendString(b, m.Text) }},
	{Name: "kismet.messagebus.message_flags", Type: "int32_t", Help: "2 information, 4 error, 8 alert, 16 fatal",
		Append: func(b []byte, m *tocsin.Message) []byte { return strconv.AppendInt(b, int64(m.Flags), 10) }},
	{Name: "kismet.messagebus.message_time", Type: "uint64_t", Help: "when it was sent, Unix seconds",
		Append: func(b []byte, m *tocsin.Message) []byte { return strconv.AppendInt(b, m.Time.Unix(), 10) }},
}

// TimeFields are the members of the server's time.
var TimeFields = []Field[time.Time]{
	{Name: "kismet.system.timestamp.sec", Type: "uint64_t", Help: "time of the server, Unix seconds",
		Append: func(b []byte, t *time.Time) []byte { return strconv.AppendInt(b, t.Unix(), 10) }},
	{Name: "kismet.system.timestamp.usec", Type: "uint64_t", Help: "microseconds of that second",
		Append: func(b []byte, t *time.Time) []byte { return strconv.AppendInt(b, int64(t.Nanosecond()/1000), 10) }},
}
