package kismet

import (
	"math"
	"strconv"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

func appendMessages(b []byte, list []tocsin.Message, fields []api.Field[tocsin.Message], f api.Format, depth int) []byte {
	return api.AppendList(b, len(list), f, depth, func(b []byte, i int) []byte {
		return api.AppendRecord(b, &list[i], fields, f, depth+1)
	})
}

func (h *handler) allMessages(q *request) (reply, error) {
	fields, err := selected(q, api.MessageFields)
	if err != nil {
		return reply{}, err
	}
	return reply{body: appendMessages(nil, h.Ledger.Messages(), fields, q.format, 0)}, nil
}

func (h *handler) messagesSince(q *request) (reply, error) {
	x, ok := parseNumber(q.params["ts"])
	if !ok {
		return reply{}, failed("unable to parse string value")
	}
	now := h.Now().Unix()
	if x = math.Trunc(x); x < 0 {
		x += float64(now)
	}
	fields, err := selected(q, api.MessageFields)
	if err != nil {
		return reply{}, err
	}
	var list []tocsin.Message
	for _, m := range h.Ledger.Messages() {
		if float64(m.Time.Unix()) > x {
			list = append(list, m)
		}
	}
	f := q.format
	b := f.Member([]byte{'{'}, 0, true, "kismet.messagebus.list", "vector[x]", "messages")
	b = appendMessages(b, list, fields, f, 1)
	b = f.Member(b, 0, false, "kismet.messagebus.timestamp", "uint64_t", "time of the server, Unix seconds")
	b = strconv.AppendInt(b, now, 10)
	return reply{body: f.End(f.Close(b, 0, '}'))}, nil
}
