package dot11d_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/dot11d"
)

func TestCases(t *testing.T) { detecttest.Run(t, dot11d.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, dot11d.Spec, "doc.md") }
