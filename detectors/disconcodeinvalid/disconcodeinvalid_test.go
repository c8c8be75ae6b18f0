package disconcodeinvalid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/disconcodeinvalid"
)

func TestCases(t *testing.T) { detecttest.Run(t, disconcodeinvalid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, disconcodeinvalid.Spec, "doc.md") }
