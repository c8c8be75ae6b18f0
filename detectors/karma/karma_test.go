package karma_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/karma"
)

func TestCases(t *testing.T) { detecttest.Run(t, karma.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, karma.Spec, "doc.md") }
