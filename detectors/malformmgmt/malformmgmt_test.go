package malformmgmt_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/malformmgmt"
)

func TestCases(t *testing.T) { detecttest.Run(t, malformmgmt.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, malformmgmt.Spec, "doc.md") }
