package m1flood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/m1flood"
)

func TestCases(t *testing.T) { detecttest.Run(t, m1flood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, m1flood.Spec, "doc.md") }
