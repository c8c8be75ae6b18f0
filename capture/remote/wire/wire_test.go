package wire

import (
	"bytes"
	"encoding/hex"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// unhex reads hexadecimal digits in which spaces do not count, and text in double quotes.
func unhex(t testing.TB, text string) []byte {
	t.Helper()
	var b []byte
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 {
			b = append(b, part...)
			continue
		}
		octets, err := hex.DecodeString(strings.Join(strings.Fields(part), ""))
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, octets...)
	}
	return b
}

// announcement is the first frame of a session of Kismet's tool for Linux.
const announcement = `de ca fb ad a9 a9 00 03 00 00 00 44 00 13 00 00 00 00 00 02
	83 01 af "wlan0:name=roof" 02 a9 "linuxwifi" 03 d9 24 "5FE308BD-0000-0000-0000-AABBCCDDEEFF"`

func TestTheBytesOfASessionOfKismetsTools(t *testing.T) {
	b := unhex(t, announcement)
	h, ok, err := DecodeHeader(b)
	if want := (Header{Length: 0x44, Command: NewSource, Sequence: 2}); h != want || !ok || err != nil {
		t.Errorf("header: got %+v, %v, %v, want %+v", h, ok, err, want)
	}
	a, err := DecodeNewSource(b[HeaderLen:])
	want := Announcement{"wlan0:name=roof", "linuxwifi", "5FE308BD-0000-0000-0000-AABBCCDDEEFF"}
	if a != want || err != nil {
		t.Errorf("got %+v, %v, want %+v", a, err, want)
	}
	open := unhex(t, `de ca fb ad a9 a9 00 03 00 00 00 12 00 0c 00 01 00 00 00 01 81 01 af "wlan0:name=roof"`)
	got := Append(nil, Header{Command: OpenRequest, Code: 1, Sequence: 1}, TextPayload(a.Definition))
	if !bytes.Equal(got, open) {
		t.Errorf("got % x\nwant % x", got, open)
	}
	ping := unhex(t, `de ca fb ad a9 a9 00 03 00 00 00 00 00 02 00 01 00 00 00 02`)
	if got := Append(nil, Header{Command: Ping, Code: 1, Sequence: 2}, nil); !bytes.Equal(got, ping) {
		t.Errorf("got % x\nwant % x", got, ping)
	}
}

func TestOthersThanToolsOfVersion3AreKnownFromTheirFirstOctets(t *testing.T) {
	for _, c := range []struct {
		bytes string
		want  error
	}{
		{`"GET /"`, ErrSignature},
		{`16 03 01 02`, ErrSignature},
		{`de ca fb ad 12 34 56 78`, ErrSignature},
		{`de ca fb ad ab cd 00 02`, ErrVersion},
		{`de ca fb ad a9 a9 00 02`, ErrVersion},
		{`de ca fb ad a9 a9 00 03 ff ff ff ff`, ErrLong},
		{`de ca fb ad a9 a9 00 03 00 00 ff ec`, ErrLong},
		{`de ca fb ad a9 a9 00 03 00 00 ff eb`, nil},
		{`de ca fb`, nil},
		{``, nil},
	} {
		if _, ok, err := DecodeHeader(unhex(t, c.bytes)); !errors.Is(err, c.want) || ok {
			t.Errorf("%s: got %v, %v, want %v", c.bytes, ok, err, c.want)
		}
	}
	if _, _, err := DecodeHeader(unhex(t, `de ca fb ad a9 a9 00 04`)); err == nil || errors.Is(err, ErrVersion) {
		t.Errorf("version 4: got %v", err)
	}
}

func TestAPacketInAnyForm(t *testing.T) {
	plain := Report{HasPacket: true, Link: 127, Time: 1700000000*time.Second + 250*time.Millisecond, Length: 1500, Data: []byte("frame")}
	located := plain
	located.Position = Position{Latitude: 52.5, Longitude: 13.25, Altitude: 34, Fix: 3, Time: 1700000000 * time.Second}
	heard := plain
	heard.Signal = Signal{DBm: -50, Noise: -95, KHz: 2437000}
	const packet = `04 85 01 7f 02 ce 65 53 f1 00 03 ce 00 03 d0 90 04 cd 05 dc 06 c4 05 "frame"`
	for _, c := range []struct {
		name, bytes string
		want        Report
	}{
		{"as the tool for Linux sends it", `81` + packet, plain},
		{"keys in another order, unknown ones, wide integers", `83 63 93 01 81 a1 "x" c0 c0 09 d5 01 02 03 04 86 06 c5 00 05 "frame" 04 d3 00 00 00 00 00 00 05 dc
			03 cb 41 0e 84 80 00 00 00 00 02 cf 00 00 00 00 65 53 f1 00 01 d1 00 7f 07 c2`, plain},
		{"the last of two packets counts", `82 04 82 01 05 06 c4 01 "x"` + packet, plain},
		{"the position with a key twice", `82 01 89 01 cb 40 4a 40 00 00 00 00 00 02 cb 40 2a 80 00 00 00 00 00 03 ca 42 08 00 00 04 03
			08 ce 65 53 f1 00 09 00 0a ac "remote-fixed" 0a a4 "roof" 0b a1 "x"` + packet, located},
		{"the signal in two's complement", `82 02 83 01 ce ff ff ff ce 02 ce ff ff ff a1 05 ce 00 25 2f 88` + packet, heard},
		{"a value of a wrong kind after one that is right", `81 04 86 01 7f 02 ce 65 53 f1 00 03 ce 00 03 d0 90 04 cd 05 dc 06 c4 05 "frame" 06 92 01 02`, plain},
		{"values of a wrong kind are absent", `82 04 82 01 a1 "x" 06 03 05 81 01 02`, Report{HasPacket: true, HasRecord: true}},
		{"blocks of a wrong kind are empty", `83 01 91 05 02 c0 04 a1 "x"`, Report{HasPacket: true}},
	} {
		var r Report
		b := unhex(t, c.bytes)
		if err := DecodePacket(b, &r); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if !bytes.Equal(b[r.At:r.At+len(r.Data)], r.Data) {
			t.Errorf("%s: the packet is not at %d", c.name, r.At)
		}
		r.At = 0
		if diff := cmp.Diff(c.want, r); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestATimeCannotOverflow(t *testing.T) {
	var r Report
	if err := DecodePacket(unhex(t, `81 04 82 02 cf ff ff ff ff ff ff ff ff 03 ce ff ff ff ff`), &r); err != nil || r.Time >= latest*time.Second || r.Time < 0 {
		t.Errorf("got %v, %v", r.Time, err)
	}
}

func TestPositionsThatSayNothing(t *testing.T) {
	for _, p := range []Position{{}, {Latitude: 1, Longitude: 1, Fix: 1}, {Fix: 3}, {Latitude: 91, Fix: 3}, {Longitude: -181, Fix: 2}} {
		if p.Known() {
			t.Errorf("%+v is taken for a position", p)
		}
	}
	if p := (Position{Latitude: -12, Longitude: 0, Fix: 2}); !p.Known() {
		t.Errorf("%+v is not taken for a position", p)
	}
	var r Report
	if err := DecodePacket(unhex(t, `81 01 83 04 03 01 cb 7f f8 00 00 00 00 00 00 02 ca 7f 80 00 00`), &r); err != nil || r.Position.Known() {
		t.Errorf("no numbers: got %+v, %v", r.Position, err)
	}
}

func TestReportsOfRadios(t *testing.T) {
	// The order of keys is that of the tool for Linux.
	o, err := DecodeOpened(unhex(t, `86 09 a2 "ok" 01 01 02 7f 0a a6 "2025.9" 08 a1 "u" 04 93 a1 "1" a6 "6HT40+" c4 02 "36"`))
	if diff := cmp.Diff(Opened{Request: 1, Link: 127, Text: "ok", Version: "2025.9", Channels: []string{"1", "6HT40+", "36"}}, o); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	r, err := DecodeTuned(unhex(t, `82 01 05 03 83 01 ca 40 a0 00 00 06 01 05 91 a1 "6"`))
	if diff := cmp.Diff(Tuned{Hop: &Hop{Rate: 5, Channels: []string{"6"}}}, r); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	m, err := DecodeMessage(unhex(t, `82 02 a2 "hi" 01 02`))
	if m != (Notice{2, "hi"}) || err != nil {
		t.Errorf("got %+v, %v", m, err)
	}
	for _, empty := range []string{``, `80`} {
		if text, err := DecodeText(unhex(t, empty)); text != "" || err != nil {
			t.Errorf("got %q, %v", text, err)
		}
	}
}

func TestOrdersAreReadAsTheyWereWritten(t *testing.T) {
	for _, want := range []Tuning{
		{Channel: "6HT40+"},
		{Hop: &Hop{Rate: 2.5, Offset: 300, Channels: strings.Fields(strings.Repeat("1 6W5 36VHT80-42 ", 30))}},
	} {
		got, err := DecodeTuning(want.Payload())
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	}
}

func TestWhatIsCutOrLiesAboutItsLengthIsAnError(t *testing.T) {
	whole := unhex(t, `82 01 82 01 cb 40 4a 40 00 00 00 00 00 0a a3 "gps" 04 83 01 7f 02 ce 65 53 f1 00 06 c4 05 "frame"`)
	for n := 1; n < len(whole); n++ {
		if err := DecodePacket(whole[:n], new(Report)); !errors.Is(err, ErrPayload) {
			t.Errorf("the first %d octets: got %v, want %v", n, err, ErrPayload)
		}
	}
	for _, text := range []string{
		`df ff ff ff ff`, `de ff ff 01`, `81 04 df ff ff ff ff 01`, `81 63 dd ff ff ff ff 00`, `81 63 c6 ff ff ff ff 00`, `81 63 db ff ff ff ff`,
		`81 63 c9 ff ff ff ff 00 00`, `81 63 c1`, `c0`, `93 01 02 03`, `a1 "x"`, `81 01 ` + strings.Repeat("91 ", 200),
	} {
		if err := DecodePacket(unhex(t, text), new(Report)); !errors.Is(err, ErrPayload) {
			t.Errorf("%s: got %v, want %v", text, err, ErrPayload)
		}
	}
}

func TestNestingIsNoBurden(t *testing.T) {
	deep := append(append([]byte{0x81, 0x63}, bytes.Repeat([]byte{0x91}, MaxFrame)...), 0xc0)
	if err := DecodePacket(deep, new(Report)); err != nil {
		t.Error(err)
	}
}

func TestAPacketIsDecodedWithoutMemory(t *testing.T) {
	b := unhex(t, `82 01 84 01 cb 40 4a 40 00 00 00 00 00 02 cb 40 2a 80 00 00 00 00 00 0a a3 "gps" 04 03 04 83 01 7f 02 ce 65 53 f1 00 06 c4 05 "frame"`)
	var r Report
	if n := testing.AllocsPerRun(100, func() { DecodePacket(b, &r) }); n != 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}

func TestIntegersHaveTheirShortestForm(t *testing.T) {
	for u, want := range map[uint64]int{0: 1, 127: 1, 128: 2, 255: 2, 256: 3, 65535: 3, 65536: 5, math.MaxUint32: 5, 1 << 32: 9} {
		b := AppendUint(nil, u)
		w := walker{b: b}
		var got uint64
		if w.whole(&got); got != u || len(b) != want || w.broken || len(w.b) > 0 {
			t.Errorf("%d: got %d in % x", u, got, b)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(unhex(f, announcement)[HeaderLen:])
	f.Add(unhex(f, `82 01 82 01 cb 40 4a 40 00 00 00 00 00 0a a3 "gps" 04 83 01 7f 02 ce 65 53 f1 00 06 c4 05 "frame"`))
	f.Add(unhex(f, `86 09 a2 "ok" 01 01 02 7f 0a a6 "2025.9" 08 a1 "u" 04 93 a1 "1" a6 "6HT40+" c4 02 "36"`))
	f.Add(unhex(f, `82 01 05 03 83 01 ca 40 a0 00 00 06 01 05 91 a1 "6"`))
	used := Report{Position: Position{Fix: 3}, HasPacket: true, HasRecord: true, Data: []byte("before")}
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh Report
		errFresh, err := DecodePacket(b, &fresh), DecodePacket(b, &used)
		if diff := cmp.Diff(fresh, used); diff != "" || !errors.Is(err, errFresh) {
			t.Errorf("%v, reused %v (-fresh +reused):\n%s", errFresh, err, diff)
		}
		if errFresh == nil && !bytes.Equal(b[fresh.At:fresh.At+len(fresh.Data)], fresh.Data) {
			t.Errorf("the packet is not at %d", fresh.At)
		}
		if fresh.Time < 0 || fresh.Time >= latest*time.Second {
			t.Errorf("time %v", fresh.Time)
		}
		if tuning, err := DecodeTuning(b); err == nil && (tuning.Channel != "" || tuning.Hop != nil) {
			if again, err := DecodeTuning(tuning.Payload()); err != nil || again.Channel != tuning.Channel {
				t.Errorf("got %+v, %v, want %+v", again, err, tuning)
			}
		}
		DecodeNewSource(b)
		DecodeOpened(b)
		DecodeTuned(b)
		DecodeMessage(b)
		DecodeText(b)
		DecodeHeader(b)
	})
}

func BenchmarkDecodePacket(b *testing.B) {
	payload := AppendMap(nil, 1)
	payload = AppendMap(AppendUint(payload, 4), 2)
	payload = AppendUint(AppendUint(payload, 1), 127)
	payload = AppendOctets(AppendUint(payload, 6), make([]byte, 300))
	var r Report
	b.ReportAllocs()
	for b.Loop() {
		if err := DecodePacket(payload, &r); err != nil {
			b.Fatal(err)
		}
	}
}
