// Package malformmgmt recognises management frames that no careful reader accepts.
package malformmgmt

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/track"
	"github.com/tocsin-wids/tocsin/window"
)

// structure are the defects of a frame as a whole, which this detector judges; named are those of single elements,
// of which other detectors tell.
const (
	structure = dot11.DefectReservedKind | dot11.DefectProtected | dot11.DefectShortFixed | dot11.DefectTrailing |
		dot11.DefectOverrun | dot11.DefectTooMany | dot11.DefectReservedInterval
	named = dot11.DefectSSIDLength | dot11.DefectFixedLength | dot11.DefectTooShort | dot11.DefectRSNCount
)

// Spec declares MALFORMMGMT.
var Spec = detect.Define(detect.Spec{
	Definition: tocsin.Definition{
		Header:      "MALFORMMGMT",
		Title:       "Malformed management frame",
		Class:       tocsin.Exploit,
		Severity:    tocsin.Medium,
		Description: "A management frame is so malformed that no careful reader accepts it: a tool looks for faults in drivers, or uses one.",
		Phy:         tocsin.PhyWiFi,
		Throttle:    tocsin.PerMinute5,
		Confidence:  70,
		Attack:      []string{"T1210"},
	},
	Frames: dot11.Only(dot11.AssocReq, dot11.AssocResp, dot11.ReassocReq, dot11.ReassocResp, dot11.ProbeReq, dot11.ProbeResp,
		dot11.TimingAdv, 0x07, dot11.Beacon, dot11.ATIM, dot11.Disassoc, dot11.Auth, dot11.Deauth, dot11.Action,
		dot11.ActionNoAck, 0x0f),
	Defects: structure,
}, defaults(), newDetector)

// defaults are those of signatures, with more patience: any fault of reception makes some malformed frame.
func defaults() limits {
	l := limits{Steady: 90, Minute: time.Minute, SignatureLimits: detect.DefaultSignature}
	l.Unrelated, l.Senders, l.Again = 10, 4, 10*time.Minute
	return l
}

type limits struct {
	Steady int           `help:"percent of a network's beacons that are malformed if it is careless by nature"`
	Minute time.Duration `help:"time in which transmitters are counted as one attack with invented addresses" min:"1s"`
	detect.SignatureLimits
}

// news is what can be told once: that a transmitter sends frames of a kind with these defects. Another kind is for other receivers.
type news struct {
	sender dot11.Addr
	kind   dot11.Kind
	why    dot11.Defects
}

type detector struct {
	*detect.Signature
	limits  limits
	beacons *window.Map[dot11.Addr, uint64] // malformed ones by BSSID
	told    *window.Set[news]
	breath  *window.Set[dot11.Addr] // transmitters told of just now
	senders *window.DistinctAlarm[struct{}, dot11.Addr]
	nature  *window.DistinctAlarm[struct{}, dot11.Addr] // those that are careless by nature: what is innocent must not add up to an attack
}

// breath is the time between two findings about one transmitter that no throttle takes for a burst: what it swallowed would not be
// told again for long.
const breath = 2 * time.Second

func newDetector(l limits, _ detect.Env) detect.Detector {
	return &detector{
		Signature: detect.NewSignature(l.SignatureLimits),
		limits:    l,
		beacons:   window.NewMap[dot11.Addr, uint64](l.Keys),
		told:      window.NewSet[news](l.Again, l.Keys),
		breath:    window.NewSet[dot11.Addr](breath, l.Keys),
		senders:   window.NewDistinctAlarm[struct{}, dot11.Addr](l.Senders, l.Minute, l.Again, 1),
		nature:    window.NewDistinctAlarm[struct{}, dot11.Addr](l.Senders, l.Minute, l.Again, 1),
	}
}

func (d *detector) Observe(o *tocsin.Observation, air *track.Sight, found *detect.Findings) {
	f := o.Frame
	if !o.Intact() || o.Radio.FCS == dot11.FCSGood && f.Defects&named != 0 || o.Radio.FCS != dot11.FCSGood && mayBeChecksum(f) {
		return
	}
	careless := d.isCareless(f, air.BSS)
	why := f.Defects & structure
	if !d.Believe(o, f.Body, ^dot11.Defects(0)) || d.breath.Has(f.Addr2, o.Time) || !d.told.Once(news{f.Addr2, f.Kind, why}, o.Time) {
		return
	}
	senders := d.senders
	if careless {
		senders = d.nature
	}
	count, ring := senders.Add(struct{}{}, f.Addr2, o.Time)
	if count >= d.limits.Senders && !ring {
		return
	}
	d.breath.Once(f.Addr2, o.Time)
	finding := d.finding(f, why)
	if ring {
		text := fmt.Sprintf("Somebody sends malformed frames under many addresses, the newest a %s of %s: %s", kinds[f.Kind&0xf], f.Addr2, why)
		finding = d.Several(count, text, "malformed management frames")
		finding.Reason.What = fmt.Sprintf("transmitters of malformed management frames in %s", d.limits.Minute)
	}
	if careless {
		low := tocsin.Low
		finding.Severity, finding.Confidence = &low, 40
	}
	found.Add(finding)
}

// mayBeChecksum reports whether what cannot be read at the end of the elements may be the checksum of the frame, which some
// sensors hand on and do not say so.
func mayBeChecksum(f *dot11.Frame) bool {
	const fcsLen, elementHeader = 4, 2
	if f.Defects&structure&^(dot11.DefectOverrun|dot11.DefectTrailing) != 0 {
		return false
	}
	left := len(f.Elements.Raw())
	for e := range f.Elements.All() {
		size := elementHeader + len(e.Data)
		if e.ID == dot11.ElementExtension {
			size++
		}
		left -= size
	}
	return left <= fcsLen
}

// isCareless reports whether f advertises a network that, as far as heard, never did so without a fault.
func (d *detector) isCareless(f *dot11.Frame, bss *track.BSS) bool {
	if f.Kind != dot11.Beacon && f.Kind != dot11.ProbeResp || f.Addr2 != f.BSSID {
		return false
	}
	malformed, created := d.beacons.Put(f.BSSID)
	if created {
		*malformed = 0
	}
	if f.Kind == dot11.Beacon {
		*malformed++
	}
	return bss == nil || *malformed*100 >= bss.Beacons*uint64(d.limits.Steady)
}

func (d *detector) finding(f *dot11.Frame, why dot11.Defects) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("%s sends %s a malformed %s, which can make a driver crash: %s", f.Addr2, detect.Whom(f.Addr1), kinds[f.Kind&0xf], why),
		Reason: tocsin.Reason{
			What:     "faults of the frame",
			Observed: why.String(),
			Limit:    "none",
		},
		Subject: detect.Subject(f),
	}
}

// kinds names the subtypes of management frames (802.11-2020 table 9-1).
var kinds = [16]string{
	dot11.AssocReq: "request to associate", dot11.AssocResp: "answer to an association",
	dot11.ReassocReq: "request to reassociate", dot11.ReassocResp: "answer to a reassociation",
	dot11.ProbeReq: "probe request", dot11.ProbeResp: "probe response", dot11.TimingAdv: "timing advertisement",
	0x07: "frame of a reserved kind", dot11.Beacon: "beacon", dot11.ATIM: "ATIM frame", dot11.Disassoc: "disassociation",
	dot11.Auth: "authentication", dot11.Deauth: "deauthentication", dot11.Action: "action frame",
	dot11.ActionNoAck: "action frame", 0x0f: "frame of a reserved kind",
}
