package fragattack

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11"
)

// evidence is what one frame completes.
type evidence struct {
	sign              sign
	frame             uint64 // the other frame that shows it; 0 if there is none
	pn, before, after uint64 // packet numbers, as the sign wants
	believed          bool   // whatever the frame that completes it is
}

// sign is what gives an attack away.
type sign uint8

const (
	none            sign = iota
	toGroup              // a fragment for a group: CVE-2020-26145
	mixedClear           // fragments of one packet, encrypted and not: CVE-2020-26147
	clearFragment        // CVE-2020-26143
	mixedKeys            // fragments of one packet under two keys: CVE-2020-24587
	gap                  // fragments of one packet whose packet numbers are not consecutive: CVE-2020-26146
	flipped              // a packet and its copy as an aggregate: CVE-2020-24588
	ahead                // an aggregate or fragment that is not in its sender's line
	headerAsAddress      // a packet sent as an aggregate: CVE-2020-26144
	clearAMSDU           // CVE-2020-26140
	clearPacket          // CVE-2020-26140
	forwarded            // EAPOL for somebody else: CVE-2020-26139
)

func (e evidence) finding(f *dot11.Frame) tocsin.Finding {
	high := tocsin.High
	text, reason := e.words()
	finding := tocsin.Finding{
		Text:    fmt.Sprintf("%s %s, to %s: %s", f.Addr2, text, detect.Whom(f.Addr1), e.purpose()),
		Reason:  reason,
		Subject: detect.Subject(f),
	}
	if e.frame != 0 {
		finding.Frames = []uint64{e.frame}
	}
	switch e.sign {
	case ahead:
		finding.Severity, finding.Confidence = &high, 60
	case clearPacket:
		finding.Severity, finding.Confidence = &high, 80
	case forwarded:
		finding.Text = fmt.Sprintf("%s sends EAPOL by way of %s for %s: %s", f.Addr2, f.Addr1, f.Destination(), e.purpose())
		finding.Severity = &high
	}
	return finding
}

// words say what is sent, and how it differs from what may be.
func (e evidence) words() (text string, r tocsin.Reason) {
	switch e.sign {
	case toGroup:
		return "sends a fragment", tocsin.Reason{What: "receiver of a fragment", Observed: "a group address", Limit: "one station"}
	case mixedClear:
		return "sends a packet in fragments of which one is encrypted and one is not",
			tocsin.Reason{What: "encryption of the fragments of one packet", Observed: "both with and without", Limit: "all or none"}
	case clearFragment:
		return "sends an unencrypted fragment among encrypted frames", inTheClear
	case mixedKeys:
		return "sends a packet in fragments that are encrypted with two keys",
			tocsin.Reason{What: "keys of the fragments of one packet", Observed: "another handshake or key id between two fragments", Limit: "1 key"}
	case gap:
		return "sends a packet in fragments that do not belong together", tocsin.Reason{What: "packet number of the next fragment",
			Observed: fmt.Sprint(e.pn), Limit: fmt.Sprint(e.before + 1)}
	case flipped:
		return "sends an encrypted packet, and again as an aggregate", tocsin.Reason{What: "copies of one packet",
			Observed: fmt.Sprintf("packet number %d both with and without the mark of an aggregate", e.pn), Limit: "the same mark"}
	case ahead:
		return "sends an aggregate or fragment that is not in its line of packet numbers", tocsin.Reason{What: "packet number of an aggregate or fragment",
			Observed: fmt.Sprint(e.pn), Limit: fmt.Sprintf("between %d and %d, where its sender was and went on", e.before, e.after)}
	case headerAsAddress:
		return "marks a packet as an aggregate", tocsin.Reason{What: "first address in an aggregate",
			Observed: "AA:AA:03:00:00:00, the header of a packet", Limit: "an address"}
	case clearAMSDU:
		return "sends an unencrypted aggregate among encrypted frames", inTheClear
	case forwarded:
		return "sends EAPOL", tocsin.Reason{What: "destination of EAPOL", Observed: "another station", Limit: "the access point"}
	}
	return "sends an unencrypted packet among encrypted frames", inTheClear
}

var inTheClear = tocsin.Reason{What: "encryption of data in an association", Observed: "none", Limit: "as all that was sent before"}

// purpose says what the attack gains.
func (e evidence) purpose() string {
	switch e.sign {
	case mixedKeys, gap:
		return "mixing fragments takes data out of the encrypted network"
	case forwarded:
		return "an access point that passes it on before there is a key lets strangers send into the network"
	case flipped, ahead, headerAsAddress:
		return "its receiver may take parts of it for packets of their own"
	}
	return "receivers that accept it let strangers send into the encrypted network"
}
