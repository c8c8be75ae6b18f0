package blemalform_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/blemalform"
)

func TestCases(t *testing.T) { detecttest.Run(t, blemalform.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, blemalform.Spec, "doc.md") }
