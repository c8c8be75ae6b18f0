package beaconrate_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/beaconrate"
)

func TestCases(t *testing.T) { detecttest.Run(t, beaconrate.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, beaconrate.Spec, "doc.md") }
