package eaptwin

import (
	"fmt"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
)

// Kinds of changes.
const (
	other = iota
	weaker
)

// speak reports whether to tell of an access point by itself, and tells of all of them together in its time.
func (d *detector) speak(kind int, at host, o *tocsin.Observation, found *detect.Findings) bool {
	v := d.voice[kind].Tell(at, o.Time)
	if v.Several > 0 {
		text := fmt.Sprintf("Many access points, the newest %s of %s, ask clients to prove themselves to strange servers", at.ap, tocsin.Quote(at.network.ssid.Octets()))
		found.Add(d.voice[kind].Several(v.Several, text, "changes of authentication servers"))
	}
	return v.Speak
}

// otherServer tells of a server with a certificate that the network did not have.
func otherServer(ssid *detect.SSID, p *detect.EAPPacket, now, first sum, sameIssuer, served bool) tocsin.Finding {
	f := tocsin.Finding{
		Text: fmt.Sprintf("The access point %s of %s shows the client %s a server certificate that the network did not have, of another issuer: it may be after its credentials",
			p.AP, tocsin.Quote(ssid.Octets()), p.Station),
		Reason: tocsin.Reason{
			What:     "SHA-256 of the server's certificate",
			Observed: fmt.Sprintf("%x…", now[:8]),
			Limit:    fmt.Sprintf("%x… and others that are known", first[:8]),
		},
		Subject: fmt.Sprintf("certificate %x", now[:8]),
	}
	switch {
	case sameIssuer:
		low := tocsin.Low
		f.Severity, f.Confidence = &low, 30
		f.Text = fmt.Sprintf("The access point %s of %s shows the client %s a server certificate that the network did not have, of an issuer that it had: a new certificate or a second server, or somebody who copies the name",
			p.AP, tocsin.Quote(ssid.Octets()), p.Station)
	case served: // it may have changed its server
		medium := tocsin.Medium
		f.Severity, f.Confidence = &medium, 50
	}
	return f
}

// weakMethod tells of a method that has no certificate where there was always one.
func weakMethod(ssid *detect.SSID, p *detect.EAPPacket, talks int) tocsin.Finding {
	medium := tocsin.Medium
	name := map[uint8]string{eapol.EAPMD5: "MD5", eapol.EAPGTC: "GTC", eapol.EAPLEAP: "LEAP"}[p.EAP.Type]
	return tocsin.Finding{
		Text: fmt.Sprintf("The access point %s of %s asks the client %s for a password by %s, without showing a certificate, which the network always did",
			p.AP, tocsin.Quote(ssid.Octets()), p.Station, name),
		Reason: tocsin.Reason{
			What:     "EAP method that the server offers, where it always had a certificate",
			Observed: name,
			Limit:    fmt.Sprintf("TLS, TTLS or PEAP, as in %d conversations", talks),
		},
		Severity: &medium, Confidence: 60,
		Subject: "method " + name,
	}
}
