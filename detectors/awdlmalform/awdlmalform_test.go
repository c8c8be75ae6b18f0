package awdlmalform_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/awdlmalform"
)

func TestCases(t *testing.T) { detecttest.Run(t, awdlmalform.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, awdlmalform.Spec, "doc.md") }
