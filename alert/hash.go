package alert

import (
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// hash returns the identifier that clients of Kismet know a record by (not Adler-32: both sums begin at 0, and
// nothing is reduced).
func hash(a *tocsin.Alert) uint32 {
	b := make([]byte, 0, 160)
	b = append(b, a.Header...)
	b = strconv.AppendUint(append(b, ' '), uint64(a.Severity), 10)
	b = strconv.AppendUint(append(b, ' '), uint64(uint32(a.Phy)), 10)
	b = strconv.AppendFloat(append(b, ' '), Seconds(a.Time), 'f', -1, 64)
	for _, m := range [...]tocsin.MAC{a.Transmitter, a.Source, a.Dest, a.Other} {
		b, _ = m.AppendText(append(b, ' '))
	}
	b = append(append(b, ' '), a.Channel...)
	return Checksum(b)
}

// Checksum is the sum from which the peer makes identifiers, of alerts and of sources.
func Checksum(b []byte) uint32 {
	if len(b) < 4 {
		return 0
	}
	var low, high uint32
	for _, x := range b {
		low += uint32(x)
		high += low
	}
	return low&0xffff | high<<16
}

// Seconds returns t in Unix seconds with microseconds, as records carry it.
func Seconds(t time.Time) float64 { return float64(t.UnixMicro()) / 1e6 }
