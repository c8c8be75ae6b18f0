package formatstring_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/formatstring"
)

func TestCases(t *testing.T) { detecttest.Run(t, formatstring.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, formatstring.Spec, "doc.md") }
