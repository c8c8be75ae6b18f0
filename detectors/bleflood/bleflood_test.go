package bleflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/bleflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, bleflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, bleflood.Spec, "doc.md") }
