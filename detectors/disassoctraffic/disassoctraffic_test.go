package disassoctraffic_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/disassoctraffic"
)

func TestCases(t *testing.T) { detecttest.Run(t, disassoctraffic.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, disassoctraffic.Spec, "doc.md") }
