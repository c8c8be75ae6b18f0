package mbssidmalform_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/mbssidmalform"
)

func TestCases(t *testing.T) { detecttest.Run(t, mbssidmalform.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, mbssidmalform.Spec, "doc.md") }
