package auth

import (
	"net"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// freeFailures wrong passwords are free, then one every refill.
	freeFailures = 20
	refill       = 3 * time.Second
	maxAddresses = 4096
	// tellEvery is how long an address that guesses on and on is not told of again.
	tellEvery = 10 * time.Minute
)

// failures counts wrong passwords of each address.
type failures struct {
	mu    *sync.Mutex
	byAdd map[netip.Prefix]*guesser
}

// guesser is an address that sent wrong passwords.
type guesser struct {
	*rate.Limiter
	told time.Time // when it was last said that it must wait
}

func newFailures() failures {
	return failures{mu: new(sync.Mutex), byAdd: map[netip.Prefix]*guesser{}}
}

// remote returns the address of r's sender: of IPv6 the network of 64 bits, since a host may use all of it.
func remote(r *http.Request) netip.Prefix {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	a, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	a = a.Unmap().WithZone("")
	bits := 32
	if a.Is6() {
		bits = 64
	}
	p, _ := a.Prefix(bits)
	return p
}

func (f failures) blocked(a netip.Prefix, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byAdd[a]
	return l != nil && l.TokensAt(now) < 1
}

// count counts a wrong password, and reports whether it is worth telling that a must wait now.
func (f failures) count(a netip.Prefix, now time.Time) (tell bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	l := f.byAdd[a]
	if l == nil {
		if len(f.byAdd) >= maxAddresses {
			f.forget(now)
		}
		l = &guesser{Limiter: rate.NewLimiter(rate.Every(refill), freeFailures)}
		f.byAdd[a] = l
	}
	l.AllowN(now, 1)
	if l.TokensAt(now) >= 1 || now.Sub(l.told) < tellEvery {
		return false
	}
	l.told = now
	return true
}

// forget makes room: first those who have been quiet long enough to start anew, then any quarter.
func (f failures) forget(now time.Time) {
	for a, l := range f.byAdd {
		if l.TokensAt(now) >= freeFailures {
			delete(f.byAdd, a)
		}
	}
	for a := range f.byAdd {
		if len(f.byAdd) < maxAddresses*3/4 {
			return
		}
		delete(f.byAdd, a)
	}
}
