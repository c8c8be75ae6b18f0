package p2pmalform_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/p2pmalform"
)

func TestCases(t *testing.T) { detecttest.Run(t, p2pmalform.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, p2pmalform.Spec, "doc.md") }
