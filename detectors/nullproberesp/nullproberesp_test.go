package nullproberesp_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/nullproberesp"
)

func TestCases(t *testing.T) { detecttest.Run(t, nullproberesp.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, nullproberesp.Spec, "doc.md") }
