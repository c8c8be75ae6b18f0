package alert

import (
	"errors"
	"strings"

	"github.com/tocsin-wids/tocsin"
)

// ErrBurstUnit refuses a definition whose burst is counted over a longer time than its limit.
var ErrBurstUnit = errors.New("the unit of the burst is longer than that of the limit")

// DefineExternal adds a definition of a client's. It is an error of code Exists if the header is taken, of code Invalid if
// the definition cannot be used or there are too many, and ErrBurstUnit if the burst is too long; the name is free then.
func (l *Ledger) DefineExternal(d tocsin.Definition) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	d.Header = strings.ToUpper(d.Header)
	d.Class = tocsin.Class(strings.ToUpper(string(d.Class)))
	switch {
	case l.kinds[d.Header] != nil:
		return tocsin.Errorf(tocsin.Exists, "alert %s is defined already", d.Header)
	case d.Header == "" || len(d.Header) > maxHeaderLen || len(d.Class) > maxHeaderLen || len(d.Description) > maxTextLen:
		return tocsin.Errorf(tocsin.Invalid, "the name is empty, or name, class or description are too long")
	case !d.Severity.Valid():
		return tocsin.Errorf(tocsin.Invalid, "unknown severity level %d", d.Severity)
	case d.Throttle.Burst.Unit > d.Throttle.Limit.Unit:
		return ErrBurstUnit
	case l.external == maxExternal:
		return tocsin.Errorf(tocsin.Invalid, "there are %d definitions of clients already", maxExternal)
	}
	l.external++
	l.add(d)
	return nil
}
