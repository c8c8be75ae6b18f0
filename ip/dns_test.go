package ip_test

import (
	"net/netip"
	"reflect"
	"slices"
	"testing"

	"github.com/tocsin-wids/tocsin/ip"
)

// Written by hand after RFC 1035: www.example.com is an alias of a.example.com, which has two addresses.
const (
	dnsQuestion = "1234 0100 0001 0000 0000 0000 03777777 076578616d706c65 03636f6d 00 0001 0001"
	dnsAnswer   = "1234 8180 0001 0003 0000 0000 03575757 076578616d706c65 03636f6d 00 0001 0001" +
		"c00c 0005 0001 0000003c 0004 0161c010" + "c02d 0001 0001 0000003c 0004 c0000201" + "c02d 001c 0001 0000003c 0010 20010db8000000000000000000000001"
)

func TestDNSIsRead(t *testing.T) {
	var question, answer ip.DNS
	if err := question.Decode(octets(t, dnsQuestion)); err != nil || question.ID != 0x1234 || question.IsAnswer || question.Type != 1 || len(question.Addresses()) != 0 {
		t.Errorf("question: got %+v, %v", question, err)
	}
	want := []netip.Addr{netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")}
	if err := answer.Decode(octets(t, dnsAnswer)); err != nil || !answer.IsAnswer || !slices.Equal(answer.Addresses(), want) {
		t.Errorf("answer: got %+v, %v", answer, err)
	}
	if question.Name == 0 || question.Name != answer.Name {
		t.Errorf("one name in two cases: got %x and %x", question.Name, answer.Name)
	}
	b := octets(t, dnsQuestion)
	b[13] = 'x'
	if question.Decode(b); question.Name == answer.Name {
		t.Error("another name has the same hash")
	}
}

func TestDNSThatLies(t *testing.T) {
	const head, question = "1234 8180 0001 0001 0000 0000", "0177 00 0001 0001"
	for name, c := range map[string]struct {
		b    string
		want error
	}{
		"nothing":             {"", ip.ErrShort},
		"two questions":       {"1234 0100 0002 0000 0000 0000" + question, ip.ErrFormat},
		"name without end":    {head + "0177", ip.ErrShort},
		"label cut":           {head + "0577", ip.ErrShort},
		"reserved label":      {head + "4177 00 0001 0001", ip.ErrFormat},
		"question cut":        {head + "0177 00 0001", ip.ErrShort},
		"no answer":           {head + question, ip.ErrShort},
		"pointer cut":         {head + question + "c0", ip.ErrShort},
		"record cut":          {head + question + "c00c 0001 0001 0000003c 00", ip.ErrShort},
		"value cut":           {head + question + "c00c 0001 0001 0000003c 0004 c00002", ip.ErrShort},
		"address of 3 octets": {head + question + "c00c 0001 0001 0000003c 0003 c00002", nil},
		"another class":       {head + question + "c00c 0001 0003 0000003c 0004 c0000201", nil},
	} {
		var d ip.DNS
		if err := d.Decode(octets(t, c.b)); err != c.want || len(d.Addresses()) != 0 {
			t.Errorf("%s: got %v with %v, want %v", name, err, d.Addresses(), c.want)
		}
	}
}

func TestDNSAllocatesNothing(t *testing.T) {
	b := octets(t, dnsAnswer)
	var d ip.DNS
	if n := testing.AllocsPerRun(100, func() { d.Decode(b) }); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}

func FuzzDNS(f *testing.F) {
	f.Add(octets(f, dnsQuestion))
	f.Add(octets(f, dnsAnswer))
	full := octets(f, dnsAnswer)
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh, used ip.DNS
		used.Decode(full)
		if fresh.Decode(b) != used.Decode(b) || !reflect.DeepEqual(fresh, used) {
			t.Errorf("a used message gives %+v, a fresh one %+v", used, fresh)
		}
	})
}
