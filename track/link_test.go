package track_test

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/eapol"
	"github.com/tocsin-wids/tocsin/track"
)

// Key Information of the messages as hostapd and wpa_supplicant set it.
var infos = [...]uint16{eapol.Message1: 0x008a, eapol.Message2: 0x010a, eapol.Message3: 0x13ca, eapol.Message4: 0x030a, eapol.GroupMessage1: 0x1382}

// mfpPSK is rsnPSK with protected management frames.
var mfpPSK = append(slices.Clone(rsnPSK[:20]), 0x80, 0)

// message builds a frame with a message of the handshake between ap and client, with this nonce (0: zero) and counter.
func message(m eapol.Message, nonce byte, replay uint64, data ...byte) []byte {
	be := binary.BigEndian
	key := be.AppendUint16([]byte{eapol.DescriptorRSN}, infos[m])
	key = be.AppendUint64(append(key, 0, 16), replay)
	key = append(key, slices.Repeat([]byte{nonce}, 32)...)
	key = append(key, make([]byte, 16+8+8+16)...) // IV, RSC, reserved, MIC
	key = append(be.AppendUint16(key, uint16(len(data))), data...)
	llc := append([]byte{0xaa, 0xaa, 3, 0, 0, 0, 0x88, 0x8e, 2, 3, 0, byte(len(key))}, key...)
	if m == eapol.Message2 || m == eapol.Message4 {
		return frame(0x0108, ap, client, ap, llc...)
	}
	return frame(0x0208, client, ap, ap, llc...)
}

// numbered gives the frame b a sequence number.
func numbered(b []byte, sequence uint16) []byte {
	binary.LittleEndian.PutUint16(b[22:], sequence<<4)
	return b
}

func (a *air) joins(request []byte) {
	a.t.Helper()
	a.hear(frame(0xb0, ap, client, ap, 0, 0, 1, 0, 0, 0))
	a.hear(frame(0xb0, client, ap, ap, 0, 0, 2, 0, 0, 0))
	a.hear(frame(0x00, ap, client, ap, append([]byte{0x11, 0, 10, 0, 0, 1, 'x'}, request...)...))
	a.hear(frame(0x10, client, ap, ap, 0x11, 0, 0, 0, 1, 0xc0))
}

func TestRealJoinIsFollowed(t *testing.T) {
	a := newAir(t, track.Options{})
	var steps []string
	var link track.Link
	a.replayFile(filepath.Join("testdata", "joins-protected.pcap.gz"), func(o *tocsin.Observation, s *track.Sight) {
		if s.Step == nil {
			return
		}
		link = *s.Link
		steps = append(steps, fmt.Sprintf("%s %s>%s", s.Step.Message, s.Step.Before, link.Stage))
	})
	want := []string{
		"none unlinked>unlinked", "none unlinked>authenticated", "none authenticated>authenticated", "none authenticated>associated",
		"M1 associated>keying", "M2 keying>keying", "M3 keying>keying", "M4 keying>keyed",
	}
	if d := cmp.Diff(want, steps); d != "" {
		t.Error(d)
	}
	if !link.MFP || !link.Request.MFPCapable || link.Request.RSN.AKM != 1<<dot11.AKMPSKSHA256 || link.Auth.Done == 0 || link.Associated == 0 || link.Key.At == 0 {
		t.Errorf("got %+v", link)
	}
	for m := eapol.Message1; m <= eapol.Message4; m++ {
		if x := link.Handshake.Messages[m]; x.Count != 1 || (x.Nonce == 0) != (m == eapol.Message4) {
			t.Errorf("%s: got %+v", m, x)
		}
	}
	if h := link.Handshake.Messages; h[eapol.Message1].Nonce != h[eapol.Message3].Nonce || h[eapol.Message1].Nonce == h[eapol.Message2].Nonce {
		t.Error("nonces are not those of the sides")
	}
}

func TestMFPIsThatOfBothSides(t *testing.T) {
	for _, c := range []struct {
		network, request, message2 []byte
		want                       bool
	}{
		{mfpPSK, mfpPSK, mfpPSK, true}, {mfpPSK, rsnPSK, rsnPSK, false}, {rsnPSK, mfpPSK, mfpPSK, false},
		{mfpPSK, nil, mfpPSK, true}, {rsnPSK, nil, mfpPSK, false}, {mfpPSK, rsnPSK, mfpPSK, false},
	} {
		a := newAir(t, track.Options{})
		a.hear(beacon(ap, "x", c.network))
		if c.request != nil {
			a.joins(c.request)
		}
		s := a.hear(message(eapol.Message2, 2, 1, c.message2...))
		if s.Link.MFP != c.want || !s.Link.Request.RSN.Present {
			t.Errorf("%+v: got %+v", c, s.Link)
		}
	}
}

func TestForgedRequestChangesNoLink(t *testing.T) {
	a := newAir(t, track.Options{})
	a.hear(beacon(ap, "x", mfpPSK))
	a.joins(mfpPSK)
	s := a.hear(frame(0x00, ap, client, ap, append([]byte{0x11, 0, 10, 0, 0, 1, 'x'}, rsnPSK...)...))
	if !s.Link.MFP || s.Link.Stage != track.Associated {
		t.Errorf("got %+v", s.Link)
	}
}

func TestMessagesAreCountedByNonce(t *testing.T) {
	a := newAir(t, track.Options{})
	a.joins(rsnPSK)
	a.hear(numbered(message(eapol.Message1, 1, 1), 1))
	a.hear(message(eapol.Message2, 2, 1, rsnPSK...))
	if s := a.hear(numbered(message(eapol.Message3, 1, 2), 2)); !s.Step.NewKey || s.Link.Key.Again != 0 {
		t.Errorf("first M3: got %+v", s.Step)
	}
	if s := a.hear(numbered(message(eapol.Message3, 1, 2), 2)); !s.Step.Resent || s.Link.Handshake.Messages[eapol.Message3].Count != 1 {
		t.Errorf("copy of M3: got %+v", s.Link.Handshake.Messages[eapol.Message3])
	}
	a.o.Time += 6 * time.Second
	if s := a.hear(numbered(message(eapol.Message3, 1, 2), 2)); s.Step.Resent || s.Link.Handshake.Messages[eapol.Message3].Counters != 1 {
		t.Errorf("late copy of M3: got %+v", s.Link.Handshake.Messages[eapol.Message3])
	}
	a.hear(numbered(message(eapol.Message3, 1, 3), 3))
	s := a.hear(numbered(message(eapol.Message3, 1, 3), 4))
	if m := s.Link.Handshake.Messages[eapol.Message3]; m.Count != 4 || m.Counters != 2 || s.Step.NewKey || s.Link.Key.Again != 3 || s.Step.Prior.Count != 3 {
		t.Errorf("M3 again: got %+v", m)
	}
	a.hear(numbered(message(eapol.Message1, 7, 1), 5))
	if s := a.hear(numbered(message(eapol.Message3, 1, 4), 6)); s.Link.Handshake.Messages[eapol.Message3].Count != 5 {
		t.Error("a forged M1 hides what M3 repeats")
	}
	a.hear(message(eapol.Message2, 8, 1, rsnPSK...))
	if s := a.hear(numbered(message(eapol.Message3, 7, 5), 7)); !s.Step.NewKey || s.Link.Handshake.Messages[eapol.Message3].Count != 1 {
		t.Errorf("new key: got %+v", s.Link.Handshake.Messages[eapol.Message3])
	}
}

func TestMessagesFromTheWrongSideAreNone(t *testing.T) {
	a := newAir(t, track.Options{})
	b := message(eapol.Message2, 2, 1, rsnPSK...)
	copy(b, frame(0x0208, client, ap, ap))
	if s := a.hear(b); s.Step == nil || s.Step.Message != eapol.NoMessage || s.Step.Key.Message() != eapol.Message2 {
		t.Errorf("got %+v", s.Step)
	}
}

func TestDisconnectionEndsALink(t *testing.T) {
	deauth := func(control uint16, to, from dot11.Addr) []byte { return frame(0xc0|control, to, from, ap, 7, 0) }
	for _, c := range []struct {
		name  string
		rsn   []byte
		b     []byte
		stage track.Stage
		gone  track.Gone
	}{
		{"by the access point", rsnPSK, deauth(0, client, ap), track.Unlinked, track.Gone{ByAP: true}},
		{"by the station", rsnPSK, deauth(0, ap, client), track.Unlinked, track.Gone{}},
		{"of all", rsnPSK, deauth(0, dot11.Broadcast, ap), track.Unlinked, track.Gone{ByAP: true, Group: true}},
		{"unprotected", mfpPSK, deauth(0, client, ap), track.Keyed, track.Gone{ByAP: true}},
		{"unprotected of all", mfpPSK, deauth(0, dot11.Broadcast, ap), track.Keyed, track.Gone{ByAP: true, Group: true}},
		{"protected", mfpPSK, deauth(dot11.Protected, client, ap), track.Unlinked, track.Gone{ByAP: true, Protected: true}},
	} {
		a := newAir(t, track.Options{})
		a.hear(beacon(ap, "x", c.rsn))
		a.joins(c.rsn)
		a.hear(message(eapol.Message4, 0, 1))
		a.hear(c.b)
		c.gone.At = a.o.Time
		s := a.hear(frame(0xd0, client, ap, ap, 3, 0, 0, 0))
		if s.Link == nil || s.Link.Stage != c.stage || s.Link.Gone != c.gone {
			t.Errorf("%s: got %+v", c.name, s.Link)
		}
	}
}

func TestEncryptedDataShowALink(t *testing.T) {
	encrypted := func(control uint16, to, from dot11.Addr) []byte {
		return frame(0x4008|control, to, from, ap, slices.Repeat([]byte{9}, 24)...)
	}
	toAP, fromAP := encrypted(0x100, ap, client), encrypted(0x200, client, ap)
	a := newAir(t, track.Options{})
	if s := a.hear(fromAP); s.Step == nil || s.Link.Stage != track.Keyed || s.Link.Encrypted.AP == 0 {
		t.Errorf("first: got %+v", s.Link)
	}
	if s := a.hear(toAP); s.Step != nil || s.Link.Encrypted.Station == 0 {
		t.Errorf("second: got %+v", s.Link)
	}
	a.hear(frame(0xa0, ap, client, ap, 8, 0))
	if s := a.hear(fromAP); s.Link.Stage != track.Unlinked {
		t.Error("what was left in the queue of the access point links the station again")
	}
	if s := a.hear(toAP); s.Link.Stage != track.Keyed {
		t.Error("data of the station do not")
	}
}

func TestLinksOfOthersAreNone(t *testing.T) {
	a := newAir(t, track.Options{})
	for name, b := range map[string][]byte{
		"beacon": beacon(ap, "x"), "probe request": frame(0x40, ap, client, ap, 0, 0), "group": frame(0x4208, dot11.Broadcast, ap, ap, 1, 2, 3, 4, 5, 6, 7, 8),
		"foreign": frame(0xc0, client, ap, client, 7, 0), "deauthentication of a stranger": frame(0xc0, client, ap, ap, 7, 0),
		"between stations": frame(0x08, client, dot11.Addr{2}, ap, 1), "own": frame(0xb0, ap, ap, ap, 0, 0, 1, 0, 0, 0),
	} {
		if s := a.hear(b); s.Link != nil || s.Step != nil {
			t.Errorf("%s: got %+v", name, s.Link)
		}
	}
}

func TestFloodOfLinksSparesThoseInUse(t *testing.T) {
	a := newAir(t, track.Options{Links: 16, BSSs: 8, Stations: 8})
	a.joins(rsnPSK)
	for m := eapol.Message1; m <= eapol.Message4; m++ {
		a.hear(message(m, byte(2-m&1), 1))
	}
	stranger := client
	for i := range 1000 {
		binary.BigEndian.PutUint32(stranger[2:], uint32(i))
		a.hear(frame(0xb0, ap, stranger, ap, 0, 0, 1, 0, 0, 0))
		a.hear(frame(0x4208, stranger, ap, ap, slices.Repeat([]byte{9}, 24)...))
	}
	if s := a.hear(frame(0xd0, client, ap, ap, 3, 0, 0, 0)); s.Link == nil || s.Link.Stage != track.Keyed {
		t.Errorf("got %+v", s.Link)
	}
}

func TestFollowingLinksAllocatesNothing(t *testing.T) {
	a := newAir(t, track.Options{})
	frames := [][]byte{
		frame(0xb0, ap, client, ap, 0, 0, 1, 0, 0, 0), frame(0x00, ap, client, ap, append([]byte{0x11, 0, 10, 0, 0, 1, 'x'}, mfpPSK...)...),
		message(eapol.Message1, 1, 1), message(eapol.Message2, 2, 1, mfpPSK...), message(eapol.Message3, 1, 2), message(eapol.Message4, 0, 2),
		frame(0x4108, ap, client, ap, slices.Repeat([]byte{9}, 24)...), frame(0xc0, client, ap, ap, 7, 0),
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, b := range frames {
			a.hear(b)
		}
		a.o.Time += time.Second
	}); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}
