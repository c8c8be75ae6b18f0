package events

import (
	"time"

	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/api"
)

// Topics beside those that a ledger publishes by itself. A topic needs no entry here to be delivered: any event whose
// Payload is an api.Payload is.
const (
	TopicBattery    = "BATTERY"
	TopicStatistics = "STATISTICS"
	TopicLocation   = "GPS_LOCATION" // every second, of a server with a receiver

	// TopicPackets has the histories of what became of packets.
	TopicPackets = "PACKETCHAIN_STATS"

	// Of sources: what is new carries the source's record, the others its UUID.
	TopicNewSource     = "NEW_DATASOURCE"
	TopicSourceOpened  = "DATASOURCE_OPENED"
	TopicSourceClosed  = "DATASOURCE_CLOSED"
	TopicSourceError   = "DATASOURCE_ERROR"
	TopicSourcePaused  = "DATASOURCE_PAUSED"
	TopicSourceResumed = "DATASOURCE_RESUMED"
)

// NewEvent returns an event of a topic that carries a payload of its own.
func NewEvent(topic string, now time.Time, p api.Payload) alert.Event {
	return alert.Event{Topic: topic, Time: now, Payload: p}
}

// Tick returns the events of every second.
func Tick(now time.Time, b api.Battery, s api.Statistics) []alert.Event {
	return []alert.Event{
		{Topic: alert.TopicTimestamp, Time: now},
		NewEvent(TopicBattery, now, api.Record(&b, api.BatteryFields)),
		NewEvent(TopicStatistics, now, api.Record(&s, api.StatisticsFields)),
	}
}

// payload returns what e carries; nil if it is of no kind that can be written.
func payload(e alert.Event) api.Payload {
	switch {
	case e.Alert != nil:
		return api.Record(e.Alert, api.AlertFields)
	case e.Message != nil:
		return api.Record(e.Message, api.MessageFields)
	case e.Topic == alert.TopicTimestamp:
		return api.Record(&e.Time, api.TimeFields)
	}
	p, _ := e.Payload.(api.Payload)
	return p
}
