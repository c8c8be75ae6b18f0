package tocsin

import (
	"errors"
	"fmt"
)

// Code says whose mistake an Error is and what the caller can do about it.
type Code uint8

const (
	Internal  Code = iota // ours; the caller learns no more than that
	Invalid               // the request cannot be understood: change it
	NotFound              // what was asked for does not exist
	Exists                // it is there already
	Throttled             // too often: later, or not at all
	Forbidden             // the caller may not
	Conflict              // what it is about is in a state that does not allow it
)

// Error is a mistake of the caller's, told in words that may be shown to them.
type Error struct {
	Code    Code
	Message string
}

func (e *Error) Error() string { return e.Message }

// Errorf returns an *Error.
func Errorf(c Code, format string, args ...any) error {
	return &Error{Code: c, Message: fmt.Sprintf(format, args...)}
}

// ErrorCode returns the code of the *Error that err is or wraps, Internal otherwise.
func ErrorCode(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}
