package api

import (
	"strconv"
	"time"
)

// History keeps a value over time as clients of Kismet draw it: a number for each of the last 60 seconds, 60 minutes
// and 24 hours. Minutes and hours are averages of the samples in them, or the largest if Peaks. Its zero value is empty.
//
// # Concurrency
//
// A History is not safe for concurrent use; a copy is a snapshot.
type History struct {
	Peaks bool

	last          int64 // Unix seconds of the newest sample; 0: none
	value, before uint64
	minute        [60]uint64 // by second of the minute
	hour          [60]uint64 // by minute of the hour
	day           [24]uint64 // by hour of the day, UTC
	// The samples of the minute and of the hour at hand.
	seconds, minutes samples
}

type samples struct{ sum, count, most uint64 }

// add returns what stands for all samples so far.
func (s *samples) add(v uint64, peaks bool) uint64 {
	s.sum += v
	s.count++
	s.most = max(s.most, v)
	if peaks {
		return s.most
	}
	return s.sum / s.count
}

// Add keeps v as the value at t. Samples within one second replace each other; what is older than the newest sample is
// passed over.
func (h *History) Add(t time.Time, v uint64) {
	now := t.Unix()
	if now < h.last || now < 0 {
		return
	}
	if h.last > 0 && now > h.last {
		h.pass(now)
		h.before = h.value
	}
	if h.last == 0 || now/3600 != h.last/3600 {
		h.minutes = samples{}
	}
	if h.last == 0 || now/60 != h.last/60 {
		h.seconds = samples{}
	}
	if now > h.last {
		h.hour[now/60%60] = h.seconds.add(v, h.Peaks)
		h.day[now/3600%24] = h.minutes.add(v, h.Peaks)
	}
	h.minute[now%60] = v
	h.last, h.value = now, v
}

// pass blanks what lies between the newest sample and now.
func (h *History) pass(now int64) {
	blank(h.minute[:], h.last, now)
	blank(h.hour[:], h.last/60, now/60)
	blank(h.day[:], h.last/3600, now/3600)
}

func blank(v []uint64, from, to int64) {
	n := int64(len(v))
	for i := max(from+1, to-n+1); i <= to; i++ {
		v[i%n] = 0
	}
}

// HistoryView is a History as it is written at some time.
type HistoryView struct {
	History
	now int64
}

// At returns h as it is at now: what was not sampled since counts as 0.
func (h History) At(now time.Time) HistoryView {
	v := HistoryView{h, now.Unix()}
	if h.last > 0 && v.now > h.last {
		v.pass(v.now)
	}
	return v
}

// HistoryFields are the members of a history.
var HistoryFields = []Field[HistoryView]{
	{Name: "kismet.common.rrd.last_time", Type: "uint64_t", Help: "when the newest sample was taken, Unix seconds",
		Append: func(b []byte, h *HistoryView) []byte { return strconv.AppendInt(b, h.last, 10) }},
	{Name: "kismet.common.rrd.serial_time", Type: "uint64_t", Help: "when this was written, Unix seconds",
		Append: func(b []byte, h *HistoryView) []byte { return strconv.AppendInt(b, h.now, 10) }},
	{Name: "kismet.common.rrd.last_value", Type: "int64_t", Help: "the newest sample",
		Append: func(b []byte, h *HistoryView) []byte { return strconv.AppendUint(b, h.value, 10) }},
	{Name: "kismet.common.rrd.last_value_n1", Type: "int64_t", Help: "the sample before it",
		Append: func(b []byte, h *HistoryView) []byte { return strconv.AppendUint(b, h.before, 10) }},
	{Name: "kismet.common.rrd.minute_vec", Type: "vector[double]", Help: "by second of the minute",
		Append: func(b []byte, h *HistoryView) []byte { return appendNumbers(b, h.minute[:]) }},
	{Name: "kismet.common.rrd.hour_vec", Type: "vector[double]", Help: "by minute of the hour",
		Append: func(b []byte, h *HistoryView) []byte { return appendNumbers(b, h.hour[:]) }},
	{Name: "kismet.common.rrd.day_vec", Type: "vector[double]", Help: "by hour of the day",
		Append: func(b []byte, h *HistoryView) []byte { return appendNumbers(b, h.day[:]) }},
	{Name: "kismet.common.rrd.blank_val", Type: "int64_t", Help: "what stands where nothing was sampled",
		Append: func(b []byte, _ *HistoryView) []byte { return append(b, '0') }},
}

func appendNumbers(b []byte, list []uint64) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, v, 10)
	}
	return append(b, ']')
}
