package wpspbc

import (
	"fmt"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// secondAP tells of an access point whose button is in force while that of the first is.
func (d *detector) secondAP(ap, first dot11.Addr, ssid *detect.SSID, number uint64) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("The access point %s offers to let devices into %s by push button while %s does: one that was to join the one may join the other",
			ap, tocsin.Quote(ssid.Octets()), first),
		Reason: tocsin.Reason{
			What:     "access points of one name, not of one device, whose push button is in force at the same time",
			Observed: "2 access points",
			Limit:    "1 access point",
		},
		BSSID: ap, Source: ap, Dest: dot11.Broadcast, Other: first,
		Subject: "second access point",
		Frames:  []uint64{number},
	}
	if vendor(ap) == vendor(first) { // a mesh may pass the press on
		low := tocsin.Low
		f.Severity, f.Confidence = &low, 35
	}
	return f
}

// twoDevices tells of a device that is to be let in by the press that another was to be let in by.
func (d *detector) twoDevices(ap dot11.Addr, before, now *applicant) tocsin.Finding {
	return tocsin.Finding{
		Text: fmt.Sprintf("The station %s asks the access point %s to be let in by push button %s after %s did: one press lets in one device, and one of the two may be a stranger",
			now.station, ap, (now.at - before.at).Round(time.Second), before.station),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("devices that ask to be let in by push button within %s, the first not let in", d.limits.Walk),
			Observed: "2 devices",
			Limit:    "1 device",
		},
		Confidence: 50,
		BSSID:      ap, Source: now.station, Dest: ap, Other: before.station,
		Subject: "second device",
		Frames:  []uint64{before.number},
	}
}

// tooLong tells of a button in force for longer than it can be.
func (d *detector) tooLong(ap dot11.Addr, lasted time.Duration, number uint64) tocsin.Finding {
	low := tocsin.Low
	return tocsin.Finding{
		Text: fmt.Sprintf("The access point %s has let in devices by push button for %s, though one press lasts %s: anybody in range can join", ap, lasted.Round(time.Second), d.limits.Walk),
		Reason: tocsin.Reason{
			What:     "time for which the push button of an access point is in force without a break",
			Observed: lasted.Round(time.Second).String(),
			Limit:    d.limits.Longest.String(),
		},
		Severity: &low, Confidence: 50,
		BSSID: ap, Source: ap, Dest: dot11.Broadcast,
		Subject: "too long",
		Frames:  []uint64{number},
	}
}
