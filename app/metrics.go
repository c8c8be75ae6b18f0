package app

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tocsin-wids/tocsin/api"
	"github.com/tocsin-wids/tocsin/api/kismet"
	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

// metrics answers /metrics for Prometheus to those who may read.
func (s *Server) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), gauges{s})
	answer := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		caller := s.keeper.Identify(r, kismet.Variables(r))
		switch {
		case caller.Refused:
			http.Error(w, "Too many wrong passwords from this address, try later.", http.StatusTooManyRequests)
		case !caller.May(api.ReadOnly):
			w.Header().Set("WWW-Authenticate", `Basic realm="Tocsin", charset="UTF-8"`)
			http.Error(w, "Log in, or send a token with Authorization: Bearer.", http.StatusUnauthorized)
		default:
			answer.ServeHTTP(w, r)
		}
	})
}

// gauges reads what the server counts anyway when somebody asks.
type gauges struct{ *Server }

// metric is one name with its labels.
type metric struct {
	desc *prometheus.Desc
	kind prometheus.ValueType
}

func counter(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("tocsin_"+name+"_total", help, labels, nil), prometheus.CounterValue}
}

func gauge(name, help string, labels ...string) metric {
	return metric{prometheus.NewDesc("tocsin_"+name, help, labels, nil), prometheus.GaugeValue}
}

// Two sources or radios may have one name: their number tells them apart.
var (
	buildInfo        = gauge("build_info", "1; the labels are about the program.", "version", "commit")
	networksNow      = gauge("networks", "BSSIDs that were heard.")
	devicesNow       = gauge("devices", "Networks and stations that are remembered.")
	sourceUp         = gauge("source_up", "1 while the source delivers packets or waits for them.", "source", "number")
	sourcePackets    = counter("source_packets", "Packets that a source delivered.", "source", "number")
	sourceBytes      = counter("source_bytes", "Octets that a source delivered.", "source", "number")
	sourceDrops      = counter("source_dropped_packets", "Packets that were lost or were of no use, by the place where.", "source", "number", "place")
	queuePackets     = gauge("queue_packets", "Packets of a live source that wait for the detectors.", "source", "number")
	sensorFrames     = counter("sensor_frames", "Frames that a radio heard, damaged ones included.", "sensor", "source", "number")
	sensorDamaged    = counter("sensor_damaged_frames", "Frames with a wrong checksum.", "sensor", "source", "number")
	sensorUnreadable = counter("sensor_unreadable_packets", "Packets in which no frame was found.", "sensor", "source", "number")
	sensorLate       = counter("sensor_late_packets", "Packets that came more than a minute late, and were not judged.", "sensor", "source", "number")
	sensorHeard      = gauge("sensor_last_heard_timestamp_seconds", "Time of a radio's newest packet by its own clock, Unix seconds.", "sensor", "source", "number")
	detectorFrames   = counter("detector_frames", "Frames that a detector was shown.", "detector")
	detectorFindings = counter("detector_findings", "Findings of a detector, before the throttle.", "detector")
	detectorFailed   = gauge("detector_failed", "1 if a detector stopped with an internal error.", "detector")
	alertsRaised     = counter("alerts", "Alerts that were raised.", "alert", "class", "severity")
	alertsSuppressed = counter("alerts_suppressed", "Alerts that the throttle held back.", "alert", "class", "severity")
	logWritten       = counter("packet_log_packets", "Packets that the log of packets has on the disk.")
	streamsNow       = gauge("packet_streams", "Clients that listen to packets as they are heard.")
)

// Describe implements prometheus.Collector.
func (g gauges) Describe(out chan<- *prometheus.Desc) {
	for _, m := range []metric{
		buildInfo, networksNow, devicesNow, sourceUp, sourcePackets, sourceBytes, sourceDrops, queuePackets, sensorFrames, sensorDamaged,
		sensorUnreadable, sensorLate, sensorHeard, detectorFrames, detectorFindings, detectorFailed, alertsRaised, alertsSuppressed, logWritten, streamsNow,
	} {
		out <- m.desc
	}
}

// Collect implements prometheus.Collector.
func (g gauges) Collect(out chan<- prometheus.Metric) {
	put := func(m metric, v float64, labels ...string) {
		for i := range labels {
			labels[i] = strings.ToValidUTF8(labels[i], "\uFFFD")
		}
		out <- prometheus.MustNewConstMetric(m.desc, m.kind, v, labels...)
	}
	d := g.describe()
	put(buildInfo, 1, d.Version, d.Commit)
	put(networksNow, float64(d.Networks))
	put(devicesNow, float64(d.Devices))
	put(streamsNow, float64(g.export.Streams()))
	if g.packets != nil {
		put(logWritten, float64(g.packets.Counts().Written))
	}
	states := g.roster.all()
	for i, s := range d.Sources {
		number := strconv.Itoa(i + 1)
		put(sourceUp, bit(s.State == v1.Running), s.Name, number)
		put(sourcePackets, float64(s.Packets), s.Name, number)
		put(sourceBytes, float64(s.Bytes), s.Name, number)
		if b := states[i].backlog; b != nil {
			waiting, _ := b.counts()
			put(queuePackets, float64(waiting), s.Name, number)
		}
		for place, n := range s.Drops.Places() {
			put(sourceDrops, float64(n), s.Name, number, place)
		}
	}
	for i, s := range g.describeSensors() {
		labels := []string{s.Name, s.Source, strconv.Itoa(i + 1)}
		put(sensorFrames, float64(s.Frames), labels...)
		put(sensorDamaged, float64(s.Damaged), labels...)
		put(sensorUnreadable, float64(s.Unreadable), labels...)
		put(sensorLate, float64(s.Late), labels...)
		if !s.LastHeard.IsZero() {
			put(sensorHeard, float64(s.LastHeard.UnixNano())/1e9, labels...)
		}
	}
	g.mu.Lock()
	counts := g.shard.engine.Counts()
	g.mu.Unlock()
	for _, c := range counts {
		put(detectorFrames, float64(c.Frames), c.Header)
		put(detectorFindings, float64(c.Findings), c.Header)
		put(detectorFailed, bit(c.Failed), c.Header)
	}
	for _, k := range g.ledger.Definitions() {
		labels := []string{k.Header, string(k.Class), k.Severity.String()}
		put(alertsRaised, float64(k.Raised), labels...)
		put(alertsSuppressed, float64(k.Suppressed), labels...)
	}
}

func bit(b bool) float64 {
	if b {
		return 1
	}
	return 0
}
