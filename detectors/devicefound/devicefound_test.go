package devicefound_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/devicefound"
)

func TestCases(t *testing.T) { detecttest.Run(t, devicefound.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, devicefound.Spec, "doc.md") }
