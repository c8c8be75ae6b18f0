package netstumbler_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/netstumbler"
)

func TestCases(t *testing.T) { detecttest.Run(t, netstumbler.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, netstumbler.Spec, "doc.md") }
