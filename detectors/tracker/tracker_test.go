package tracker_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/tracker"
)

func TestCases(t *testing.T) { detecttest.Run(t, tracker.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, tracker.Spec, "doc.md") }
