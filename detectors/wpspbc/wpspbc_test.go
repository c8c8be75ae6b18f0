package wpspbc_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/wpspbc"
)

func TestCases(t *testing.T) { detecttest.Run(t, wpspbc.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, wpspbc.Spec, "doc.md") }
