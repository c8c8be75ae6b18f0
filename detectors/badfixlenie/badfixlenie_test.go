package badfixlenie_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/badfixlenie"
)

func TestCases(t *testing.T) { detecttest.Run(t, badfixlenie.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, badfixlenie.Spec, "doc.md") }
