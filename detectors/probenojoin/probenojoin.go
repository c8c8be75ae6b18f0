// Package probenojoin recognises stations that ask for many networks here for long and join none.
package probenojoin

import (
	"fmt"
	"hash/maphash"
	"slices"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares PROBENOJOIN.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "PROBENOJOIN",
		Title:       "Station asks and never joins",
		Class:       tocsin.Probe,
		Severity:    tocsin.Info,
		Description: "A station with an address of its own asks for several of the networks here, for long, and never tries to join one: it may be taking stock of them.",
		Phy:         tocsin.PhyWiFi,
		// Off: phones in pockets do the same.
		Throttle:   tocsin.Throttle{Limit: tocsin.Rate{Count: 0, Unit: tocsin.Minute}, Burst: tocsin.Rate{Count: 0, Unit: tocsin.Second}},
		Confidence: 20,
		Attack:     []string{"T1595"},
	},
	Frames: dot11.Only(dot11.Beacon, dot11.ProbeResp, dot11.ProbeReq, dot11.Auth, dot11.AssocReq, dot11.ReassocReq),
	Gaps:   true,
}, limits{
	Probes: 30, Networks: 3, Time: 10 * time.Minute, Silence: 5 * time.Minute, Again: 24 * time.Hour, Several: 5,
	Stations: 1024, Present: 1024,
}, newDetector)

type limits struct {
	Probes   int           `help:"probe requests for networks that are here"`
	Networks int           `help:"different networks that are here and asked for, at most 16"`
	Time     time.Duration `help:"time from the first such request to the last" min:"1s"`
	Silence  time.Duration `help:"time without such a request after which counting begins anew" min:"1s"`
	Again    time.Duration `help:"time between two findings about one station" min:"1s"`
	Several  int           `help:"stations within an hour that are told of together" min:"2"`
	Stations int           `help:"stations that are watched"`
	Present  int           `help:"names of networks here that are remembered"`
}

// asker is how long a station has asked, how often and for what.
type asker struct {
	first, last time.Duration
	probes      int
	names       [maxNetworks]uint64 // hashes of the SSIDs
	networks    int
}

type detector struct {
	limits  limits
	seed    maphash.Seed
	present *window.Set[uint64] // SSIDs, hashed
	askers  *window.Map[dot11.Addr, asker]
	told    *window.Set[dot11.Addr]
	several *window.Alarm[struct{}]
}

// sample is how many beacons of a network come to one that is looked at.
const sample = 16

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:  l,
		seed:    maphash.MakeSeed(),
		present: window.NewSet[uint64](l.Time, l.Present),
		askers:  window.NewMap[dot11.Addr, asker](l.Stations),
		told:    window.NewSet[dot11.Addr](l.Again, l.Stations),
		several: window.NewAlarm[struct{}](l.Several, time.Hour, time.Hour, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	switch f.Kind {
	case dot11.Beacon, dot11.ProbeResp:
		if a := air.Advert; a != nil && a.SSID != "" && (a.Response || a.Frames%sample == 1) {
			d.present.Add(maphash.String(d.seed, a.SSID), o.Time)
		}
	case dot11.ProbeReq:
		d.asks(o, air, found)
	default:
		d.askers.Delete(f.Addr2) // it tries to join
	}
}

// asks counts a request for a network that is here, by a station that is on none and uses its own address.
func (d *detector) asks(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if f.Addr2.IsLocal() || !f.Addr2.IsStation() || air.Transmitter != nil && !air.Transmitter.BSSID.IsZero() {
		return
	}
	ssid, ok, hidden := f.Elements.SSID()
	if !ok || hidden {
		return
	}
	hash := maphash.Bytes(d.seed, ssid)
	if !d.present.Has(hash, o.Time) {
		return
	}
	v, created := d.askers.Put(f.Addr2)
	if created || o.Time-v.last > d.limits.Silence || v.last-o.Time > d.limits.Silence {
		*v = asker{first: o.Time}
	}
	v.last = o.Time
	v.probes++
	v.name(hash)
	if v.probes < d.limits.Probes || v.networks < d.limits.Networks || v.last-v.first < d.limits.Time || !d.told.Once(f.Addr2, o.Time) {
		return
	}
	switch n, ring := d.several.Add(struct{}{}, o.Time); {
	case ring:
		found.Add(d.many(n))
	case n < d.limits.Several:
		found.Add(d.finding(f.Addr2, *v))
	}
}

// maxNetworks is how many names are told apart.
const maxNetworks = 16

func (a *asker) name(hash uint64) {
	if a.networks < maxNetworks && !slices.Contains(a.names[:a.networks], hash) {
		a.names[a.networks] = hash
		a.networks++
	}
}

func (d *detector) finding(station dot11.Addr, v asker) tocsin.Finding {
	asked := (v.last - v.first).Round(time.Second)
	return tocsin.Finding{
		Text: fmt.Sprintf("%s has asked for at least %d of the networks here for %s, %d times, and has not tried to join any", station, v.networks, asked, v.probes),
		Reason: tocsin.Reason{
			What:     "probe requests for networks here, without joining",
			Observed: fmt.Sprintf("%d requests, %d networks, %s", v.probes, v.networks, asked),
			Limit:    fmt.Sprintf("%d requests, %d networks, %s", d.limits.Probes, d.limits.Networks, d.limits.Time),
		},
		Subject: station.String(),
	}
}

func (d *detector) many(n int) tocsin.Finding {
	return tocsin.Finding{
		Text:   fmt.Sprintf("%d stations have asked for networks here for long without joining any; further ones are not told one by one", n),
		Reason: tocsin.Reason{What: "stations that ask and do not join in an hour", Observed: fmt.Sprint(n), Limit: fmt.Sprint(d.limits.Several)},
		BSSID:  dot11.Broadcast, Source: dot11.Broadcast, Subject: "many stations",
	}
}
