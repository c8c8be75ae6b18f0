package wps_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/dot11/wps"
)

// attributes: version, state configured, locked, device name "AP", configuration error 18, message type M3.
var attributes = wps.Attributes("\x10\x4a\x00\x01\x10" + "\x10\x44\x00\x01\x02" + "\x10\x57\x00\x01\x01" +
	"\x10\x11\x00\x02AP" + "\x10\x09\x00\x02\x00\x12" + "\x10\x22\x00\x01\x07")

func TestAttributesAreFound(t *testing.T) {
	if !attributes.Configured() || !attributes.Locked() || attributes.Message() != wps.M3 || attributes.ConfigError() != 18 || !attributes.Whole() {
		t.Errorf("got configured %t, locked %t, message %v, error %d, whole %t", attributes.Configured(),
			attributes.Locked(), attributes.Message(), attributes.ConfigError(), attributes.Whole())
	}
	if name, ok := attributes.Find(wps.AttrDeviceName); !ok || string(name) != "AP" {
		t.Errorf("got name %q, %t", name, ok)
	}
}

func TestTheButtonIsSeen(t *testing.T) {
	pressed := wps.Attributes("\x10\x41\x00\x01\x01" + "\x10\x12\x00\x02\x00\x04")
	if !pressed.Selected() || pressed.DevicePassword() != wps.PushButton {
		t.Errorf("got selected %t, password %d", pressed.Selected(), pressed.DevicePassword())
	}
	if attributes.Selected() || attributes.DevicePassword() != 0 {
		t.Error("a button is seen where there is none")
	}
}

func TestWhatOverrunsIsLeftOut(t *testing.T) {
	cut := attributes[:len(attributes)-1]
	if cut.Message() != 0 || cut.Whole() || cut.ConfigError() != 18 {
		t.Errorf("got message %v, whole %t, error %d", cut.Message(), cut.Whole(), cut.ConfigError())
	}
	if empty := wps.Attributes(nil); empty.Locked() || empty.Configured() || !empty.Whole() {
		t.Error("an empty list says something")
	}
}

func TestMessagesHaveNames(t *testing.T) {
	for m, want := range map[wps.Message]string{wps.M1: "M1", wps.M2: "M2", wps.M2D: "M2D", wps.M3: "M3", wps.M8: "M8", wps.NACK: "NACK", wps.Done: "Done", 0: "none", 0xff: "none"} {
		if got := m.String(); got != want {
			t.Errorf("message %d: got %s, want %s", m, got, want)
		}
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { attributes.Message(); attributes.Whole() }); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}

func FuzzAttributes(f *testing.F) {
	f.Add([]byte(attributes))
	f.Fuzz(func(t *testing.T, b []byte) {
		n := 0
		for _, v := range wps.Attributes(b).All() {
			n += 4 + len(v)
		}
		if n > len(b) || wps.Attributes(b).Whole() != (n == len(b)) {
			t.Errorf("read %d of %d octets, whole %t", n, len(b), wps.Attributes(b).Whole())
		}
		wps.Attributes(b).Message()
		wps.Attributes(b).DevicePassword()
		wps.Attributes(b).Selected()
	})
}
