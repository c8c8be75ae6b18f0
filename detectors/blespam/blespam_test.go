package blespam_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/blespam"
)

func TestCases(t *testing.T) { detecttest.Run(t, blespam.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, blespam.Spec, "doc.md") }
