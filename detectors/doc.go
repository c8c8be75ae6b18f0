// Package detectors is the catalogue: one folder a detector, and the list of them all.
package detectors

//go:generate go run ./gen
