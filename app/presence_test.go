package app

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/kismet"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/dot11"
)

func mask(t testing.TB, s string) tocsin.MACMask {
	t.Helper()
	m, err := tocsin.ParseMACMask(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// told writes a list as "AA…: found lost".
func told(rules []tocsin.DeviceRule) (list []string) {
	for _, r := range rules {
		s := r.Name + " " + r.Device.Addr.String()
		if r.Found {
			s += " found"
		}
		if r.Lost {
			s += " lost"
		}
		list = append(list, strings.TrimSpace(s))
	}
	return list
}

func TestPresenceListTakesChangesOnce(t *testing.T) {
	found, lost, both := kismet.Watch{Found: true}, kismet.Watch{Lost: true}, kismet.Watch{Found: true, Lost: true}
	const one, two, vendor = "02:00:00:00:00:01", "02:00:00:00:00:02", "A4:DA:22:00:00:00"
	applied := 0
	p := newPresence(tocsin.Policy{Devices: []tocsin.DeviceRule{{Name: "phone", Device: mask(t, one), Found: true}}},
		func(tocsin.Policy) { applied++ })
	for _, c := range []struct {
		add, remove *kismet.Watch
		devices     []string
		want        []string
	}{
		{&found, nil, []string{one, one}, []string{"phone " + one + " found"}},
		{&both, nil, []string{one, two}, []string{"phone " + one + " found lost", two + " found lost"}},
		{&lost, nil, []string{"a4:da:22:12:34:56/ff:ff:ff:00:00:00", vendor + "/ff:ff:ff:00:00:00"}, []string{"phone " + one + " found lost", two + " found lost", vendor + " lost"}},
		{nil, &found, []string{one, vendor}, []string{"phone " + one + " lost", two + " found lost", vendor + " lost"}},
		{nil, &both, []string{"a4:da:22:ff:ff:ff/ff:ff:ff:00:00:00", two}, []string{"phone " + one + " lost"}},
		{nil, &lost, []string{one}, nil},
	} {
		var devices []tocsin.MACMask
		for _, d := range c.devices {
			devices = append(devices, mask(t, d))
		}
		if c.add != nil {
			if err := p.AddDevices(*c.add, devices); err != nil {
				t.Fatal(err)
			}
		} else {
			p.RemoveDevices(*c.remove, devices)
		}
		if diff := cmp.Diff(c.want, told(p.Devices())); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", c.devices, diff)
		}
	}
	if applied != 6 {
		t.Errorf("the detectors were told of %d changes, want 6", applied)
	}
}

func TestPresenceListIsBounded(t *testing.T) {
	p := newPresence(tocsin.Policy{}, func(tocsin.Policy) {})
	var many []tocsin.MACMask
	for i := range maxDevices + 1 {
		many = append(many, tocsin.MACMask{Addr: tocsin.MAC{2, 0, 0, 0, byte(i >> 8), byte(i)}, Mask: dot11.Broadcast})
	}
	if err := p.AddDevices(kismet.Watch{Found: true}, many); tocsin.ErrorCode(err) != tocsin.Invalid || len(p.Devices()) != 0 {
		t.Errorf("%v and %d devices, want none of them", err, len(p.Devices()))
	}
	if err := p.AddDevices(kismet.Watch{Found: true}, many[1:]); err != nil || len(p.Devices()) != maxDevices {
		t.Errorf("%v and %d devices, want all", err, len(p.Devices()))
	}
}

// TestDevicesListedWhileTheServerRunsAreFound lists a device of the demo's capture before its frames come.
func TestDevicesListedWhileTheServerRunsAreFound(t *testing.T) {
	open := make(chan struct{})
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{demoSource(t, open)}})
	var device tocsin.MAC
	for _, p := range packetsOf(t, demoFile) {
		if o := capture.NewDecoder().Decode(&p); o != nil && o.Frame.Transmitter().IsStation() {
			device = o.Frame.Transmitter()
			break
		}
	}
	request, err := http.NewRequest(http.MethodPost, s.URL()+"devices/alerts/mac/found/add.cmd", strings.NewReader(`{"mac": "`+device.String()+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	request.SetBasicAuth("admin", "secret word")
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", answer, err)
	}
	answer.Body.Close()
	events := s.ledger.Subscribe(4096)
	defer events.Close()
	close(open)
	for e := range events.Events() {
		if a := e.Alert; a != nil && a.Header == "DEVICEFOUND" {
			if a.Source != device || a.Other != device {
				t.Errorf("found %+v, want %s", a, device)
			}
			break
		}
		if e.Message != nil && strings.Contains(e.Message.Text, "ended after") {
			t.Fatal("the capture ended and the device was not found")
		}
	}
	if _, body := get(t, s, "/devices/alerts/mac/found/macs.json", "admin", "secret word"); body != `["`+device.String()+`"]` {
		t.Errorf("the list is %s", body)
	}
}

// TestDetectorsFollowTheList removes a device and lists it again: how long it was silent meanwhile nobody knows.
func TestDetectorsFollowTheList(t *testing.T) {
	var found []string
	s, err := newShard(config.Default(), func(d tocsin.Detected) { found = append(found, d.Definition.Header+" "+d.Text) }, nil)
	if err != nil {
		t.Fatal(err)
	}
	list := packetsOf(t, benignFile)
	var device tocsin.MAC
	for _, p := range list {
		if o := capture.NewDecoder().Decode(&p); o != nil && o.Frame.Kind == dot11.Beacon {
			device = o.Frame.Transmitter()
			break
		}
	}
	policy := tocsin.Policy{Devices: []tocsin.DeviceRule{{Device: tocsin.MACMask{Addr: device, Mask: dot11.Broadcast}, Found: true, Lost: true}}}
	for range 2 {
		s.engine.ReadPolicy(policy)
		s.observe(list)
		later(list)
		s.engine.ReadPolicy(tocsin.Policy{})
		for range 10 { // silence for longer than any timeout, if anybody listened
			s.observe(list)
			later(list)
		}
	}
	want := "DEVICEFOUND The listed device " + device.String() + " is there"
	if diff := cmp.Diff([]string{want, want}, found); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
