package michael_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/michael"
)

func TestCases(t *testing.T) { detecttest.Run(t, michael.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, michael.Spec, "doc.md") }
