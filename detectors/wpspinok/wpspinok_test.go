package wpspinok_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/wpspinok"
)

func TestCases(t *testing.T) { detecttest.Run(t, wpspinok.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, wpspinok.Spec, "doc.md") }
