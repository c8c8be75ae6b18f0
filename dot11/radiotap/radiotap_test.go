package radiotap_test

import (
	"encoding/binary"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
)

// header builds a header from present words and field octets in hexadecimal.
func header(t testing.TB, fields string, present ...uint32) []byte {
	t.Helper()
	b := []byte{0, 0, 0, 0}
	for _, p := range present {
		b = binary.LittleEndian.AppendUint32(b, p)
	}
	data, err := hex.DecodeString(strings.ReplaceAll(fields, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	b = append(b, data...)
	binary.LittleEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

const (
	more   = 1 << 31
	vendor = 1 << 30
	ours   = 1 << 29
	tlv    = 1 << 28
)

func TestFieldsAreFoundAtTheirAlignment(t *testing.T) {
	for name, c := range map[string]struct {
		fields  string
		present []uint32
		want    dot11.Radio
	}{
		// TSFT, flags, rate, channel, signal, noise, antenna
		"all plain": {
			"0807060504030201" + "10" + "02" + "6c09a000" + "c4" + "a1" + "01", []uint32{1 | 1<<1 | 1<<2 | 1<<3 | 1<<5 | 1<<6 | 1<<11},
			dot11.Radio{TSF: 0x0102030405060708, HasTSF: true, Rate: 2, Frequency: 2412, Signal: -60, Noise: -95, Antenna: 1, HasAntenna: true, FCSLen: 4},
		},
		// flags, then one octet of padding before the channel
		"aligned":   {"20" + "00" + "3c144001" + "c4", []uint32{1<<1 | 1<<3 | 1<<5}, dot11.Radio{Frequency: 5180, Signal: -60, OFDM: true, Pad: true}},
		"bad FCS":   {"50", []uint32{1 << 1}, dot11.Radio{FCS: dot11.FCSBad, FCSLen: 4}},
		"bad PLCP":  {"0200", []uint32{1 << 14}, dot11.Radio{FCS: dot11.FCSBad}},
		"CCK rate":  {"16" + "00" + "6c09c004", []uint32{1<<2 | 1<<3}, dot11.Radio{Rate: 22, Frequency: 2412}},
		"OFDM rate": {"0c" + "00" + "6c098004", []uint32{1<<2 | 1<<3}, dot11.Radio{Rate: 12, Frequency: 2412, OFDM: true}},
		"MCS":       {"070207", []uint32{1 << 19}, dot11.Radio{OFDM: true}},
		"VHT":       {strings.Repeat("00", 12), []uint32{1 << 21}, dot11.Radio{OFDM: true}},
		"XChannel":  {"40010000" + "3c14" + "2400", []uint32{1 << 18}, dot11.Radio{Frequency: 5180, OFDM: true}},
		// A-MPDU status (align 4), timestamp (align 8), HE (align 2), L-SIG; then the antenna's word
		"per-antenna words behind HE fields": {
			"c4" + "000000" + "0000000000000000" + strings.Repeat("00", 12+12) + "00000000" + "b0" + "01",
			[]uint32{1<<5 | 1<<20 | 1<<22 | 1<<23 | 1<<27 | ours | more, 1<<5 | 1<<11},
			dot11.Radio{Signal: -60, OFDM: true},
		},
		"first signal is an antenna's": {"c4" + "00" + "b0" + "01", []uint32{ours | more, 1<<5 | 1<<11 | ours | more, 1<<5 | 1<<11}, dot11.Radio{Signal: -60}},
		"vendor fields are passed over": {
			"c4" + "00" + "00aabb" + "00" + "0300" + "ffffff" + "a1", []uint32{1<<5 | vendor | more, 1 | ours | more, 1 << 6},
			dot11.Radio{Signal: -60, Noise: -95},
		},
		"unassigned bits end the reading": {"c4" + "a1", []uint32{1<<5 | more, 1 << 6}, dot11.Radio{Signal: -60}},
		"TLVs":                            {"c4" + "000000" + "0600 0100 a1 000000" + "2200 0400 00000000", []uint32{1<<5 | tlv}, dot11.Radio{Signal: -60, Noise: -95, OFDM: true}},
		"field beyond the header":         {"c4", []uint32{1<<5 | 1<<6}, dot11.Radio{Signal: -60}},
		"TLV beyond the header":           {"0600 ff00 a1", []uint32{tlv}, dot11.Radio{}},
		"vendor fields beyond the end":    {"00aabb 00 ffff", []uint32{vendor | more, ours | more, 1 << 5}, dot11.Radio{}},
	} {
		b := header(t, c.fields, c.present...)
		var r dot11.Radio
		n, err := radiotap.Decode(append(b, 0x80), &r)
		if n != len(b) || err != nil {
			t.Errorf("%s: got length %d, %v, want %d", name, n, err, len(b))
		}
		if d := cmp.Diff(c.want, r); d != "" {
			t.Errorf("%s: differs:\n%s", name, d)
		}
	}
}

func TestContradictoryHeadersAreRefused(t *testing.T) {
	good := header(t, "c4", 1<<5)
	for name, c := range map[string]struct {
		b    []byte
		want error
	}{
		"empty":             {nil, radiotap.ErrShort},
		"cut":               {good[:8], radiotap.ErrShort},
		"other version":     {append([]byte{1}, good[1:]...), radiotap.ErrVersion},
		"length of 0":       {[]byte{0, 0, 0, 0, 0, 0, 0, 0}, radiotap.ErrLength},
		"words without end": {[]byte{0, 0, 8, 0, 0, 0, 0, 0x80, 1, 2, 3, 4}, radiotap.ErrLength},
	} {
		r := dot11.Radio{Signal: 1}
		if n, err := radiotap.Decode(c.b, &r); n != 0 || err != c.want || r != (dot11.Radio{}) {
			t.Errorf("%s: got %d, %v and %+v, want %v", name, n, err, r, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(header(f, "c400b001", ours|more, 1<<5|1<<11))
	f.Add(header(f, "c40000aabb000300ffffffa1", 1<<5|vendor|more, ours|more, 1<<6))
	f.Add(header(f, "06000100a1000000", tlv))
	f.Fuzz(func(t *testing.T, b []byte) {
		var fresh dot11.Radio
		used := dot11.Radio{TSF: 9, Frequency: 9, Rate: 9, Signal: 9, Noise: 9, Antenna: 9, FCS: 9, HasTSF: true, HasAntenna: true, OFDM: true, FCSLen: 4, Pad: true}
		n, err := radiotap.Decode(b, &fresh)
		m, _ := radiotap.Decode(b, &used)
		if fresh != used || n != m {
			t.Errorf("a used value gives %+v, a fresh one %+v", used, fresh)
		}
		if err == nil && (n < 8 || n > len(b)) || err != nil && n != 0 {
			t.Errorf("got length %d of %d, %v", n, len(b), err)
		}
		if err == nil {
			// Nothing behind the header counts.
			var alone dot11.Radio
			if radiotap.Decode(b[:n:n], &alone); alone != fresh {
				t.Errorf("with what follows %+v, without %+v", fresh, alone)
			}
		}
	})
}
