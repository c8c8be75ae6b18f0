package knownbeacons_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/knownbeacons"
)

func TestCases(t *testing.T) { detecttest.Run(t, knownbeacons.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, knownbeacons.Spec, "doc.md") }
