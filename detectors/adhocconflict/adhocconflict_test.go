package adhocconflict_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/adhocconflict"
)

func TestCases(t *testing.T) { detecttest.Run(t, adhocconflict.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, adhocconflict.Spec, "doc.md") }
