package fuzzing_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/fuzzing"
)

func TestCases(t *testing.T) { detecttest.Run(t, fuzzing.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, fuzzing.Spec, "doc.md") }
