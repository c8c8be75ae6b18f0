package window

import (
	"hash/maphash"
	"reflect"
	"testing"
)

type address [6]uint8

type padded struct {
	a uint8
	b uint16
}

type hop struct {
	from, to address
	kind     uint8
}

func TestOnlyKeysThatAreTheirOctetsArePlain(t *testing.T) {
	for _, c := range []struct {
		key   any
		plain bool
	}{
		{uint16(0), true}, {address{}, true}, {hop{}, true}, {struct{}{}, true}, {[2]uint64{}, true},
		{"", false}, {1.5, false}, {padded{a: 1, b: 2}, false}, {struct{ p *int }{}, false}, {[1]string{}, false},
		{struct{ _, a uint8 }{}, false}, {struct{ e any }{}, false},
	} {
		if got := isPlain(reflect.TypeOf(c.key)); got != c.plain {
			t.Errorf("isPlain(%T) = %t, want %t", c.key, got, c.plain)
		}
	}
}

func TestEveryOctetOfAKeyCounts(t *testing.T) {
	seed := maphash.MakeSeed()
	seen := map[uint32]bool{hash(seed, hop{}, isSmall[hop]()): true}
	for i := range 13 {
		k := hop{}
		switch {
		case i < 6:
			k.from[i] = 1
		case i < 12:
			k.to[i-6] = 1
		default:
			k.kind = 1
		}
		seen[hash(seed, k, isSmall[hop]())] = true
		if again := hash(seed, k, isSmall[hop]()); !seen[again] {
			t.Errorf("key %v has two hashes", k)
		}
	}
	if len(seen) != 14 {
		t.Errorf("%d hashes of 14 keys", len(seen))
	}
	if isSmall[string]() || isSmall[[3]uint64]() || !isSmall[hop]() {
		t.Error("small are plain keys of 16 octets or fewer")
	}
}

func BenchmarkHash(b *testing.B) {
	seed, small := maphash.MakeSeed(), isSmall[address]()
	for i := range b.N {
		hash(seed, address{uint8(i)}, small)
	}
}
