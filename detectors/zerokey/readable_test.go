package zerokey

import (
	"crypto/aes"
	"encoding/hex"
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
)

// The test vector of CCMP in 802.11-2020 annex J.6.4: what it encrypts comes out with our counter and its key.
func TestCounter(t *testing.T) {
	octets := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	f := dot11.Frame{Kind: dot11.Data, Control: dot11.Protected, Addr2: dot11.Addr(octets("5030f1844408")), Body: octets("0ce700207697" + "03b5" + "f3d0a2fe9a3dbf2342a643e43246e80c")}
	pn, _, ok := f.PacketNumber()
	block, err := aes.NewCipher(octets("c97c1f67ce371185514a8a19f2bdd52f"))
	if !ok || err != nil {
		t.Fatalf("got packet number %v, cipher %v", ok, err)
	}
	in, out := counter(&f, pn), [16]byte{}
	block.Encrypt(out[:], in[:])
	for i := range out {
		out[i] ^= f.Body[8+i]
	}
	if got, want := hex.EncodeToString(out[:]), "f8ba1a55d02f85ae967bb62fb6cda8eb"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
