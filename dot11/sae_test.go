package dot11_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/binary"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/tocsin-wids/tocsin/dot11"
)

func TestSAEExchangeIsParted(t *testing.T) {
	scalar, element := strings.Repeat("11", 32), strings.Repeat("22", 64)
	s, e := octets(t, scalar), octets(t, element)
	token, aa := strings.Repeat("aa", 32), bytes.Repeat([]byte{0xaa}, 32)
	const password, container = "ff0321" + "6162", "ff04" + "5d" + "a1a2a3"
	for name, c := range map[string]struct {
		body string
		want dot11.SAE
	}{
		"commit":                          {"0300010000001300" + scalar + element, dot11.SAE{Group: 19, Scalar: s, Element: e}},
		"commit with token":               {"0300010000001300" + token + scalar + element, dot11.SAE{Group: 19, Token: aa, Scalar: s, Element: e}},
		"commit with password":            {"0300010000001300" + scalar + element + password, dot11.SAE{Group: 19, Scalar: s, Element: e}},
		"commit with token and password":  {"0300010000001300" + token + scalar + element + password, dot11.SAE{Group: 19, Token: aa, Scalar: s, Element: e}},
		"hash to element":                 {"0300010" + "07e001300" + scalar + element + password + container, dot11.SAE{Group: 19, Token: []byte{0xa1, 0xa2, 0xa3}, Scalar: s, Element: e}},
		"hash to element without token":   {"0300010" + "07e001300" + scalar + element + "ff0321" + "61", dot11.SAE{Group: 19, Scalar: s, Element: e}},
		"token wanted":                    {"0300010" + "04c001300" + "aabb", dot11.SAE{Group: 19, Token: []byte{0xaa, 0xbb}}},
		"token wanted by hash to element": {"0300010" + "04c001300" + container, dot11.SAE{Group: 19, Token: []byte{0xa1, 0xa2, 0xa3}}},
		"group refused":                   {"0300010" + "04d001500", dot11.SAE{Group: 21}},
		"refused":                         {"030001000100", dot11.SAE{}},
		"unknown group":                   {"0300010000000300" + scalar, dot11.SAE{Group: 3}},
		"cut":                             {"0300010000001300" + scalar, dot11.SAE{Group: 19}},
		"subgroup":                        {"0300010000001600" + scalar[:40] + strings.Repeat("22", 128), dot11.SAE{Group: 22, Scalar: s[:20], Element: bytes.Repeat([]byte{0x22}, 128)}},
		"confirm":                         {"0300020000000500" + scalar, dot11.SAE{Confirm: 5}},
		"confirm refused":                 {"030002000f00", dot11.SAE{}},
	} {
		got, ok := decoded(t, management("b000", c.body)).SAE()
		if d := cmp.Diff(c.want, got, cmpopts.EquateEmpty()); d != "" || !ok {
			t.Errorf("%s: %t, differs:\n%s", name, ok, d)
		}
	}
	for name, body := range map[string]string{"open": "0000010000001300", "transaction 3": "0300030000001300", "cut": "03000100"} {
		if _, ok := decoded(t, management("b000", body)).SAE(); ok {
			t.Errorf("%s authentication is read as SAE", name)
		}
	}
}

// commit returns the commit of group with such numbers.
func commit(t *testing.T, group int, scalar, x, y *big.Int) *dot11.SAE {
	t.Helper()
	size := map[int][2]int{19: {32, 32}, 20: {48, 48}, 21: {66, 66}, 5: {192, 192}}[group]
	b := scalar.FillBytes(make([]byte, size[0]))
	b = append(b, x.FillBytes(make([]byte, size[1]))...)
	if y != nil {
		b = append(b, y.FillBytes(make([]byte, size[1]))...)
	}
	body := fmt.Sprintf("030001000000%02x00%x", group, b)
	s, ok := decoded(t, management("b000", body)).SAE()
	if !ok || s.Scalar == nil {
		t.Fatalf("group %d: no commit", group)
	}
	return &s
}

func TestFaultsOfCommitsAreFound(t *testing.T) {
	zero, one, two := big.NewInt(0), big.NewInt(1), big.NewInt(2)
	for group, curve := range map[int]elliptic.Curve{19: elliptic.P256(), 20: elliptic.P384(), 21: elliptic.P521()} {
		p := curve.Params()
		below, last := new(big.Int).Sub(p.N, one), new(big.Int).Sub(p.P, one)
		for name, c := range map[string]struct {
			scalar, x, y *big.Int
			want         dot11.SAEFault
			off          bool
		}{
			"sound":           {two, p.Gx, p.Gy, dot11.SAESound, false},
			"greatest scalar": {below, p.Gx, p.Gy, dot11.SAESound, false},
			"scalar 0":        {zero, p.Gx, p.Gy, dot11.SAEScalarTrivial, false},
			"scalar 1":        {one, p.Gx, p.Gy, dot11.SAEScalarTrivial, false},
			"scalar too big":  {p.N, p.Gx, p.Gy, dot11.SAEScalarRange, false},
			"element 0":       {two, zero, zero, dot11.SAEElementZero, true},
			"x too big":       {two, p.P, p.Gy, dot11.SAEElementRange, true},
			"y too big":       {two, p.Gx, p.P, dot11.SAEElementRange, true},
			"greatest x":      {two, last, p.Gy, dot11.SAESound, true},
			"off the curve":   {two, p.Gx, new(big.Int).Add(p.Gy, one), dot11.SAESound, true},
		} {
			s := commit(t, group, c.scalar, c.x, c.y)
			if got, off := s.Fault(), s.OffCurve(); got != c.want || off != c.off {
				t.Errorf("group %d, %s: got %v, off the curve %t, want %v, %t", group, name, got, off, c.want, c.off)
			}
		}
	}
	if got := commit(t, 5, two, one, nil).Fault(); got != dot11.SAEElementOne {
		t.Errorf("element 1 of group 5: got %v", got)
	}
	for body, want := range map[string]dot11.SAEFault{"0300010000001300" + "22": dot11.SAEShort, "0300010000000300" + "22": dot11.SAESound} {
		s, _ := decoded(t, management("b000", body)).SAE()
		if got := s.Fault(); got != want {
			t.Errorf("%s: got %v, want %v", body, got, want)
		}
	}
}

func FuzzSAE(f *testing.F) {
	f.Add(uint8(19), uint16(0), bytes.Repeat([]byte{2}, 96))
	f.Add(uint8(24), uint16(0), bytes.Repeat([]byte{2}, 512))
	f.Add(uint8(19), uint16(126), append(make([]byte, 96), 255, 3, 93, 1, 2))
	f.Add(uint8(19), uint16(0), append(make([]byte, 128), 255, 2, 33, 1))
	f.Add(uint8(21), uint16(76), []byte{255, 3, 93, 1, 2})
	f.Fuzz(func(t *testing.T, group uint8, status uint16, b []byte) {
		head := octets(t, management("b000", "03000100"))
		head = append(binary.LittleEndian.AppendUint16(head, status), group, 0)
		var frame dot11.Frame
		if err := frame.Decode(append(head, b...)); err != nil {
			t.Fatal(err)
		}
		s, ok := frame.SAE()
		if !ok || s.Group != uint16(group) {
			t.Errorf("got group %d, %t", s.Group, ok)
		}
		if n := len(s.Token) + len(s.Scalar) + len(s.Element); n > len(b) {
			t.Errorf("%d octets of %d", n, len(b))
		}
		if s.Fault() == dot11.SAESound && s.OffCurve() && s.Element == nil {
			t.Error("an element that is not there is off the curve")
		}
	})
}

func TestStepsOfSAEAreTold(t *testing.T) {
	const (
		toAP   = "b0000000" + apHex + stationHex + apHex + "1000"
		fromAP = "b0000000" + stationHex + apHex + apHex + "1000"
		others = "b0000000" + remoteHex + stationHex + apHex + "1000"
	)
	for _, c := range []struct {
		frame string
		want  dot11.SAEStep
	}{
		{toAP + "030001000000", dot11.SAEAsk},
		{toAP + "030001007e00", dot11.SAEAsk},
		{toAP + "030001007f00", dot11.SAEAsk},
		{toAP + "030001000100", dot11.SAENone},
		{toAP + "030002000000", dot11.SAEProve},
		{toAP + "030002007e00", dot11.SAENone},
		{fromAP + "030001000000", dot11.SAEAccept},
		{fromAP + "030001004c00", dot11.SAEWantToken},
		{fromAP + "030001004d00", dot11.SAEWantGroup},
		{fromAP + "030001000100", dot11.SAERefuse},
		{fromAP + "030002000000", dot11.SAEWelcome},
		{fromAP + "030002000f00", dot11.SAEReject},
		{fromAP + "030003000000", dot11.SAENone},
		{fromAP + "000001000000", dot11.SAENone},
		{others + "030001000000", dot11.SAENone},
		{toAP + "0300010000", dot11.SAENone},
		{"b0400000" + apHex + stationHex + apHex + "1000" + "030001000000", dot11.SAENone},
	} {
		if got := decoded(t, c.frame).SAEStep(); got != c.want {
			t.Errorf("%s: got step %d, want %d", c.frame, got, c.want)
		}
	}
}

func TestCurvesAgreeWithTheLibrary(t *testing.T) {
	for group, curve := range map[int]elliptic.Curve{19: elliptic.P256(), 20: elliptic.P384(), 21: elliptic.P521()} {
		for i := range 50 {
			x, y := curve.ScalarBaseMult([]byte{1, byte(i)}) //lint:ignore SA1019 nothing is secret
			if commit(t, group, big.NewInt(2), x, y).OffCurve() {
				t.Errorf("group %d: %x, %x is off the curve", group, x, y)
			}
		}
	}
}

func TestJudgingACommitAllocatesNothing(t *testing.T) {
	p := elliptic.P521().Params()
	s := commit(t, 21, big.NewInt(2), p.Gx, p.Gy)
	if n := testing.AllocsPerRun(10, func() { s.Fault(); s.OffCurve() }); n != 0 {
		t.Errorf("got %v allocations", n)
	}
}

func BenchmarkOffCurve(b *testing.B) {
	s := dot11.SAE{Group: 21, Scalar: make([]byte, 66), Element: make([]byte, 132)}
	b.ReportAllocs()
	for b.Loop() {
		s.OffCurve()
	}
}
