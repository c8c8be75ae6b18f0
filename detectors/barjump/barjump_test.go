package barjump_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/barjump"
)

func TestCases(t *testing.T) { detecttest.Run(t, barjump.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, barjump.Spec, "doc.md") }
