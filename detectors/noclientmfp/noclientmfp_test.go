package noclientmfp_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/noclientmfp"
)

func TestCases(t *testing.T) { detecttest.Run(t, noclientmfp.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, noclientmfp.Spec, "doc.md") }
