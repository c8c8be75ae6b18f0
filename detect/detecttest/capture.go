package detecttest

import (
	"errors"
	"time"
)

func readCapture(path string, a *air) ([]sent, time.Duration, error) {
	return nil, 0, errors.New("read capture " + path)
}
