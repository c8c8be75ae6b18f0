package detecttest

import (
	"errors"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/track"
)

func readCapture(path string, a *air) ([]sent, time.Duration, error) {
	return nil, 0, errors.New("read capture " + path)
}

func newTracker() interface {
	Observe(o *tocsin.Observation) *track.Sight
} {
	return nil
}
