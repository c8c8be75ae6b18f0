package config

import (
	"errors"
	"fmt"

	"github.com/tocsin-wids/tocsin/gps"
)

// gps takes receivers over. One of a kind that is read by gpsd is told: it would keep the server from starting.
func (k *kismetReader) gps(d directive) error {
	_, err := gps.Parse(d.value)
	if errors.Is(err, gps.ErrKind) {
		k.draft.warn(d.place, "the receiver %s is not taken over: %s", shown(d.value), err)
		return nil
	}
	if err != nil {
		return err
	}
	list := &k.draft.config.GPS
	k.set(fmt.Sprintf("gps[%d]", len(*list)), d.place)
	*list = append(*list, d.value)
	return nil
}
