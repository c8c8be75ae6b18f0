package beaconprot_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/beaconprot"
)

func TestCases(t *testing.T) { detecttest.Run(t, beaconprot.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, beaconprot.Spec, "doc.md") }
