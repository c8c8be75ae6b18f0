package deauther_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/deauther"
)

func TestCases(t *testing.T) { detecttest.Run(t, deauther.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, deauther.Spec, "doc.md") }
