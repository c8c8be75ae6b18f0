package devicelost_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/devicelost"
)

func TestCases(t *testing.T) { detecttest.Run(t, devicelost.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, devicelost.Spec, "doc.md") }
