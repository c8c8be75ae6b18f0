package chanchange_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/chanchange"
)

func TestCases(t *testing.T) { detecttest.Run(t, chanchange.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, chanchange.Spec, "doc.md") }
