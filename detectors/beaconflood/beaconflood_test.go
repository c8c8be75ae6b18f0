package beaconflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/beaconflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, beaconflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, beaconflood.Spec, "doc.md") }
