package eapol_test

import (
	"bytes"
	"testing"

	"github.com/tocsin-wids/tocsin/dot11/eapol"
)

// certificate: version 3, serial number 1, an empty algorithm, issuer "CA", and nothing after it.
const certificate = "\x30\x10\x30\x0e\xa0\x03\x02\x01\x02\x02\x01\x01\x30\x00\x30\x02CA"

// hello is a record with a server hello of two octets and the first half of a certificate message, more the rest.
const (
	hello = "\x16\x03\x03\x00\x0f" + "\x02\x00\x00\x02ab" + "\x0b\x00\x00\x18" + "\x00\x00\x15" + "\x00\x00"
	more  = "\x16\x03\x03\x00\x13" + "\x12" + certificate
)

func TestTheCertificateIsPutTogether(t *testing.T) {
	stream := []byte(hello + more)
	room := make([]byte, len(stream))
	if got := eapol.Certificate(stream, room); string(got) != certificate {
		t.Errorf("got %q", got)
	}
	for n := range len(stream) {
		if got := eapol.Certificate(stream[:n], room); got != nil {
			t.Errorf("of %d octets: got %q", n, got)
		}
	}
}

func TestTheIssuerIsFound(t *testing.T) {
	if got := eapol.Issuer([]byte(certificate)); string(got) != "CA" {
		t.Errorf("got %q", got)
	}
	for n := range len(certificate) {
		if got := eapol.Issuer([]byte(certificate[:n])); got != nil {
			t.Errorf("of %d octets: got %q", n, got)
		}
	}
}

func TestTLSFragmentsAreRead(t *testing.T) {
	first := eapol.EAP{Code: 1, Type: eapol.EAPPEAP, Data: []byte("\xc1\x00\x00\x10\x00data")}
	if f, ok := first.TLS(); !ok || !f.MoreFragments || f.Start || string(f.Data) != "data" {
		t.Errorf("got %+v, %t", f, ok)
	}
	start := eapol.EAP{Code: 1, Type: eapol.EAPTLS, Data: []byte{0x20}}
	if f, ok := start.TLS(); !ok || !f.Start || f.MoreFragments || len(f.Data) != 0 {
		t.Errorf("start: got %+v, %t", f, ok)
	}
	for _, e := range []eapol.EAP{{Type: eapol.EAPMD5, Data: []byte{0x20}}, {Type: eapol.EAPTLS}, {Type: eapol.EAPTLS, Data: []byte{0x80, 0}}} {
		if f, ok := e.TLS(); ok {
			t.Errorf("%+v: got %+v", e, f)
		}
	}
}

func TestReadingCertificatesAllocatesNothing(t *testing.T) {
	stream := []byte(hello + more)
	room := make([]byte, len(stream))
	if n := testing.AllocsPerRun(100, func() { eapol.Issuer(eapol.Certificate(stream, room)) }); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}

func FuzzCertificate(f *testing.F) {
	f.Add([]byte(hello + more))
	f.Add([]byte(certificate))
	f.Fuzz(func(t *testing.T, b []byte) {
		fresh, used := make([]byte, len(b)), bytes.Repeat([]byte{9}, len(b))
		got := eapol.Certificate(b, fresh)
		if again := eapol.Certificate(b, used); !bytes.Equal(got, again) || len(got) > len(b) {
			t.Errorf("got %q in a fresh room, %q in a used one", got, again)
		}
		if name := eapol.Issuer(b); len(name) > len(b) {
			t.Errorf("got an issuer of %d octets", len(name))
		}
		e := eapol.EAP{Type: eapol.EAPTLS, Data: b}
		if fragment, ok := e.TLS(); ok && len(fragment.Data) >= len(b) {
			t.Errorf("got a fragment of %d octets", len(fragment.Data))
		}
	})
}
