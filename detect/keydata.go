package detect

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// KeyData is a detector of messages 3 of the four-way handshake with more key data than some client has room for.
// Ordinary ones of WPA3, fast transition and several links may be as long. So a finding has its definition's severity only
// if the key data cannot be what the access point encrypted, are more than any needs, or go to a client of the vendor.
type KeyData struct {
	*Signature

	Room    int               // octets that the client has room for
	Version func(uint16) bool // of the key descriptor
	Vendor  uint32            // OUI of vulnerable clients
	Device  string            // their name, for people
}

// MoreThanNeeded is more key data, in octets, than any message 3 needs.
const MoreThanNeeded = 512

// Observe implements Detector.
func (d *KeyData) Observe(o *tocsin.Observation, air *track.Sight, found *Findings) {
	const asked = eapol.InfoAck | eapol.InfoInstall
	step := air.Step
	if step == nil || step.EAPOL.Type != eapol.TypeKey || step.Err != nil || o.Frame.Addr2 != o.Frame.BSSID {
		return
	}
	k := &step.Key
	if k.Info&asked != asked || k.Descriptor != eapol.DescriptorRSN || len(k.Data) <= d.Room || !d.Version(k.Info&eapol.InfoVersion) {
		return
	}
	what := [2]byte{byte(k.DataLength >> 8), byte(k.DataLength)}
	v := d.Judge(o, what[:], 0)
	switch {
	case v.Several > 0:
		text := fmt.Sprintf("Somebody sends over-long key data under many addresses, the newest %d octets: they can overflow the memory of %s", len(k.Data), d.Device)
		found.Add(d.Several(v.Several, text, "over-long key data"))
	case v.Speak:
		found.Add(d.finding(o.Frame, k))
	}
}

// finding is about the message k in f.
func (d *KeyData) finding(f *dot11.Frame, k *eapol.Key) tocsin.Finding {
	n := tocsin.Finding{
		Text: fmt.Sprintf("%s, or somebody in its name, sends %s a message 3 with %d octets of key data", f.Addr2, f.Addr1, len(k.Data)),
		Reason: tocsin.Reason{
			What:     fmt.Sprintf("key data in message 3, version %d of the descriptor", k.Info&eapol.InfoVersion),
			Observed: fmt.Sprintf("%d octets", len(k.Data)),
			Limit:    fmt.Sprintf("%d octets", d.Room),
		},
		Confidence: 70,
		Subject:    Subject(f),
	}
	switch {
	case !k.CanBeWrapped():
		n.Text += ", which no access point can have encrypted: it can overflow the memory of " + d.Device
		n.Reason.Observed += ", no whole number of 8"
		n.Confidence = 90
	case len(k.Data) > MoreThanNeeded:
		n.Text += ", more than any needs: it can overflow the memory of " + d.Device
		n.Reason.Limit = fmt.Sprintf("%d octets", MoreThanNeeded)
	case f.Addr1.OUI() == d.Vendor:
		n.Text += ", for which this client may have no room: it can overflow the memory of " + d.Device
	default:
		low := tocsin.Low
		n.Severity, n.Confidence = &low, 30
		n.Text += fmt.Sprintf(", for which %s have no room; a network with much to say sends as many", d.Device)
	}
	return n
}
