// Package knownbeacons recognises tools that advertise lists of network names, in the hope that a client knows one.
package knownbeacons

import (
	"fmt"
	"hash/maphash"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// Spec declares KNOWNBEACONS.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "KNOWNBEACONS",
		Title:       "List of network names",
		Class:       tocsin.Spoof,
		Severity:    tocsin.High,
		Description: "One transmitter advertises a list of network names, so that devices which know one of them join it.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  90,
		Attack:      []string{"T1557.004"},
		Explains:    []string{"ADVCRYPTCHANGE", "APSPOOF", "BEACONRATE", "CRYPTODROP", "EVILTWINSSID", "KARMA"},
	},
	Frames:  dot11.Only(dot11.Beacon),
	Content: true,
}, limits{
	Names: 11, Addresses: 20, Window: time.Minute, New: 10 * time.Minute, Senders: 3, Again: 10 * time.Minute, Keys: 2048,
}, newDetector)

type limits struct {
	Names     int           `help:"names in the beacons of one BSSID within the window; at most 32 are counted" min:"2"`
	Addresses int           `help:"new BSSIDs within the window whose beacons are numbered by one counter" min:"2"`
	Window    time.Duration `help:"time in which names and BSSIDs are counted" min:"1s"`
	New       time.Duration `help:"silence after which a BSSID is new" min:"1s"`
	Senders   int           `help:"BSSIDs with lists within again that are one attack with invented addresses" min:"2"`
	Again     time.Duration `help:"time between two findings about one transmitter" min:"1s"`
	Keys      int           `help:"BSSIDs that are remembered" min:"64"`
}

const maxNames = 32

// network is the names that a BSSID advertised.
type network struct {
	names [maxNames]name
	n     int
}

type name struct {
	hash  uint64
	last  time.Duration
	sound bool // it is as it was sent: in a frame with a verified checksum, or twice
}

type detector struct {
	limits   limits
	seed     maphash.Seed
	networks *window.Map[dot11.Addr, network]
	chains   *detect.Chains
	voice    *detect.Voice[dot11.Addr]
}

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		limits:   l,
		seed:     maphash.MakeSeed(),
		networks: window.NewMap[dot11.Addr, network](max(l.Keys/16, 1)),
		chains:   detect.NewChains(l.Addresses, l.Window, l.Again, l.New, l.Keys),
		voice:    detect.NewVoice[dot11.Addr](l.Senders, l.Again, l.Keys),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if air.Advert == nil || !o.Intact() || f.Addr2 != f.BSSID {
		return
	}
	if count, speak := d.chains.Add(f.BSSID, f.Sequence, o.Time); speak {
		found.Add(d.counter(count))
	}
	// Nearly all have one name, or two for a moment. Who has more is given up last.
	if air.BSS.Adverts < 3 {
		return
	}
	ssid, ok := detect.Named(f)
	if !ok {
		return
	}
	n, _ := d.networks.Put(f.BSSID)
	n.add(maphash.Bytes(d.seed, ssid.Octets()), o)
	count := n.count(o.Time, d.limits.Window)
	if count < d.limits.Names {
		return
	}
	d.networks.Promote(f.BSSID)
	switch v := d.voice.Tell(f.BSSID, o.Time); {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody advertises lists of network names under many addresses, the newest %s: devices that know one of the names join", f.BSSID)
		found.Add(d.voice.Several(v.Several, text, "lists of network names"))
	case v.Speak:
		found.Add(tocsin.Finding{
			Text: fmt.Sprintf("%s advertises a list of network names, the newest %s: devices that know one of them join it",
				f.BSSID, tocsin.Quote(ssid.Octets())),
			Reason: tocsin.Reason{
				What:     fmt.Sprintf("names in the beacons of one BSSID in %s", d.limits.Window),
				Observed: fmt.Sprintf("%d names", count), Limit: fmt.Sprintf("%d names", d.limits.Names),
			},
		})
	}
}

// add notes a name, in place of the one not heard longest if need be.
func (n *network) add(hash uint64, o *tocsin.Observation) {
	oldest := 0
	for i := range n.names[:n.n] {
		x := &n.names[i]
		if x.hash == hash {
			x.last, x.sound = o.Time, true
			return
		}
		if x.last < n.names[oldest].last {
			oldest = i
		}
	}
	if n.n < maxNames {
		oldest = n.n
		n.n++
	}
	n.names[oldest] = name{hash, o.Time, o.Radio.FCS == dot11.FCSGood}
}

// count returns how many names were advertised in the window that ends at at.
func (n *network) count(at, window time.Duration) (count int) {
	for _, x := range n.names[:n.n] {
		if x.sound && (at-x.last).Abs() <= window {
			count++
		}
	}
	return count
}

// counter is the finding about networks that one radio invents.
func (d *detector) counter(count int) tocsin.Finding {
	medium := tocsin.Medium
	return tocsin.Finding{
		Text: "One radio advertises many new networks, each under an address of its own: their beacons are numbered by one counter",
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("new BSSIDs with one sequence counter in %s", d.limits.Window),
			Observed: fmt.Sprintf("%d BSSIDs", count), Limit: fmt.Sprintf("%d BSSIDs", d.limits.Addresses),
		},
		Severity: &medium,
		BSSID:    dot11.Broadcast, Source: dot11.Broadcast, Subject: "one counter",
	}
}
