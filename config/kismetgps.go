package config

import (
	"fmt"

	"github.com/tocsin-wids/tocsin/gps"
)

// gps takes a receiver over.
func (k *kismetReader) gps(d directive) error {
	if _, err := gps.Parse(d.value); err != nil {
		return err
	}
	list := &k.draft.config.GPS
	k.set(fmt.Sprintf("gps[%d]", len(*list)), d.place)
	*list = append(*list, d.value)
	return nil
}
