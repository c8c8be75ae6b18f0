package remoteid_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/remoteid"
)

// octets reads hexadecimal digits; blanks are for the eye.
func octets(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// Messages written by hand after the tables of ASTM F3411-22a.
const (
	basicID   = "02 12 3135383154455354303030303031000000000000 000000"
	location  = "12 20 5a 28 00 0065cd1d 80b70f08 0000 d007 1008 4b 44 1027 00 00"
	system    = "42 04 8086ce1d 80d91008 0100 00 0000 0000 12 d007 00000000 00"
	operator  = "52 00 4e4f524f503132333435363738000000 00000000 000000"
	selfID    = "32 00 737572766579 0000000000000000000000000000000000"
	nowhere   = "12 20 00 00 00 00000000 00000000 0000 0000 0000 00 00 0000 00 00"
	noID      = "02 00 0000000000000000000000000000000000000000 000000"
	pack      = "f2 19 04" + basicID + location + system + operator
	packShort = "f2 19 04" + basicID + location + system + "52 00 4e"
)

func TestPackIsRead(t *testing.T) {
	var r remoteid.Report
	if err := r.Decode(octets(t, pack)); err != nil {
		t.Fatal(err)
	}
	all := remoteid.HasID | remoteid.HasPosition | remoteid.HasHeight | remoteid.HasOperator | remoteid.HasOperatorID
	if r.Has != all || r.IDType != remoteid.SerialNumber || r.Status != remoteid.Airborne || r.Height != 32 {
		t.Errorf("got %+v", r)
	}
	if id, operator := string(r.ID.Text()), string(r.OperatorID.Text()); id != "1581TEST000001" || operator != "NOROP12345678" {
		t.Errorf("got drone %q of %q", id, operator)
	}
	if latitude, longitude := r.Position.Degrees(); latitude != 50 || longitude != 13.5247744 {
		t.Errorf("got position %v %v", latitude, longitude)
	}
	if latitude, longitude := r.Operator.Degrees(); latitude != 50.0074112 || longitude != 13.5321984 {
		t.Errorf("got operator at %v %v", latitude, longitude)
	}
}

func TestWhatKnowsNothingTellsNothing(t *testing.T) {
	for _, text := range []string{nowhere, noID, selfID, "f2 19 00"} {
		var r remoteid.Report
		if err := r.Decode(octets(t, text)); err != nil || r.Has != 0 {
			t.Errorf("%s: got %+v, %v", text, r, err)
		}
	}
}

func TestErrorsKeepWhatWasRead(t *testing.T) {
	for _, c := range []struct {
		text string
		want error
		has  remoteid.Parts
	}{
		{"", remoteid.ErrShort, 0},
		{"02 12 31", remoteid.ErrShort, 0},
		{packShort, remoteid.ErrShort, remoteid.HasID | remoteid.HasPosition | remoteid.HasHeight | remoteid.HasOperator},
		{"72" + strings.Repeat("00", 24), remoteid.ErrFormat, 0},
		{"f2 18 01" + basicID, remoteid.ErrFormat, 0},
		{"f2 19 0a" + basicID, remoteid.ErrFormat, 0},
		{"f2 19 02" + basicID + "f2 19 01" + basicID, remoteid.ErrFormat, remoteid.HasID}, // a pack in a pack
	} {
		var r remoteid.Report
		if err := r.Decode(octets(t, c.text)); !errors.Is(err, c.want) || r.Has != c.has {
			t.Errorf("%s: got %v and parts %b, want %v and %b", c.text, err, r.Has, c.want, c.has)
		}
	}
}

func TestPositionsOffTheEarthAreNone(t *testing.T) {
	b := octets(t, location)
	copy(b[5:], octets(t, "01e9a435")) // 90.0000001° north
	var r remoteid.Report
	if err := r.Decode(b); err != nil || r.Has&remoteid.HasPosition != 0 {
		t.Errorf("got %+v, %v", r, err)
	}
}

func TestMergeKeepsWhatTheLaterDoesNotTell(t *testing.T) {
	var sum, whole remoteid.Report
	for _, text := range []string{basicID, location, nowhere, noID, system, operator, selfID} {
		var r remoteid.Report
		if err := r.Decode(octets(t, text)); err != nil {
			t.Fatal(err)
		}
		sum.Merge(&r)
	}
	if err := whole.Decode(octets(t, pack)); err != nil || sum != whole {
		t.Errorf("one by one: %+v, in a pack: %+v, %v", sum, whole, err)
	}
}

// A service discovery frame's attributes after Wi-Fi Aware 3.1: a cluster attribute, then the service descriptor.
const descriptor = "03 0f00 88 69 19 9d 92 09 01 00 10 05 77 02 12 31 35"

func TestCarriers(t *testing.T) {
	message := octets(t, "02123135")
	for _, c := range []struct {
		name string
		got  []byte
		want []byte
	}{
		{"service data", remoteid.Advertised(octets(t, "0d 77 02123135")), message},
		{"service data of another application", remoteid.Advertised(octets(t, "0e 77 02123135")), nil},
		{"service data without a counter", remoteid.Advertised(octets(t, "0d")), nil},
		{"element", remoteid.Beaconed(octets(t, "77 02123135")), message},
		{"empty element", remoteid.Beaconed(nil), nil},
		{"descriptor", remoteid.Discovered(octets(t, "01 0200 0000"+descriptor)), message},
		{"descriptor with all fields", remoteid.Discovered(octets(t, "03 1600 8869199d9209 01 00 5c 0000 02aaaa 01bb 05 77 02123135")), message},
		{"descriptor without service info", remoteid.Discovered(octets(t, "03 0f00 8869199d9209 01 00 00 05 77 02123135")), nil},
		{"descriptor of another service", remoteid.Discovered(octets(t, "03 0f00 8869199d9208 01 00 10 05 77 02123135")), nil},
		{"descriptor whose info is cut off", remoteid.Discovered(octets(t, "03 0f00 8869199d9209 01 00 10 06 77 02123135")), nil},
		{"attribute that is cut off", remoteid.Discovered(octets(t, "03 1000 8869199d9209 01 00 10 05 77 02123135")), nil},
	} {
		if !bytes.Equal(c.got, c.want) {
			t.Errorf("%s: got % x, want % x", c.name, c.got, c.want)
		}
	}
}

func TestDecodingDoesNotAllocate(t *testing.T) {
	b, attributes := octets(t, pack), octets(t, descriptor)
	var r, sum remoteid.Report
	if n := testing.AllocsPerRun(100, func() {
		_ = r.Decode(b)
		sum.Merge(&r)
		_ = remoteid.Discovered(attributes)
	}); n != 0 {
		t.Errorf("allocates %v times", n)
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{pack, packShort, basicID, location, system, operator, selfID, nowhere, descriptor} {
		f.Add(octets(f, text))
	}
	var reused remoteid.Report
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, message := range [][]byte{b, remoteid.Advertised(b), remoteid.Discovered(b)} {
			var fresh remoteid.Report
			wantErr := fresh.Decode(message)
			if err := reused.Decode(message); reused != fresh || !errors.Is(err, wantErr) {
				t.Fatalf("reused: %+v, %v; fresh: %+v, %v", reused, err, fresh, wantErr)
			}
			if latitude, longitude := fresh.Position.Degrees(); latitude < -90 || latitude > 90 || longitude < -180 || longitude > 180 {
				t.Fatalf("position %v %v", latitude, longitude)
			}
		}
	})
}
