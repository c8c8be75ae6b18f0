//go:build !linux

package gps

import "errors"

func openSerial(string, int) (connection, error) {
	return nil, errors.New("serial devices are read on Linux only: gpsd reads this one")
}
