package wpspixie_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/wpspixie"
)

func TestCases(t *testing.T) { detecttest.Run(t, wpspixie.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, wpspixie.Spec, "doc.md") }
