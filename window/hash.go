package window

import (
	"hash/maphash"
	"reflect"
	"unsafe"
)

// words holds the octets of a small key. Hashing a number costs a quarter of hashing six octets of an address.
type words [2]uint64

// isPlain reports whether equal values of t are equal octets and others are not: t has no pointers, floats or padding.
func isPlain(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Bool, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return true
	case reflect.Array:
		return isPlain(t.Elem())
	case reflect.Struct:
		size := uintptr(0)
		for i := range t.NumField() {
			f := t.Field(i)
			if f.Name == "_" || !isPlain(f.Type) {
				return false
			}
			size += f.Type.Size()
		}
		return size == t.Size()
	}
	return false
}

// isSmall reports whether keys of type K fit into words.
func isSmall[K comparable]() bool {
	t := reflect.TypeFor[K]()
	return t.Size() <= unsafe.Sizeof(words{}) && isPlain(t)
}

// hash returns the hash of k under seed; small is what isSmall says of K.
func hash[K comparable](seed maphash.Seed, k K, small bool) uint32 {
	if !small {
		return uint32(maphash.Comparable(seed, k))
	}
	if unsafe.Sizeof(k) <= 8 {
		var w uint64
		*(*K)(unsafe.Pointer(&w)) = k
		return uint32(maphash.Comparable(seed, w))
	}
	var w words
	*(*K)(unsafe.Pointer(&w)) = k
	return uint32(maphash.Comparable(seed, w))
}
