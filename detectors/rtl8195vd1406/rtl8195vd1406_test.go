package rtl8195vd1406_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/rtl8195vd1406"
)

func TestCases(t *testing.T) { detecttest.Run(t, rtl8195vd1406.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, rtl8195vd1406.Spec, "doc.md") }
