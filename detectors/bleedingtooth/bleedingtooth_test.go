package bleedingtooth_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/bleedingtooth"
)

func TestCases(t *testing.T) { detecttest.Run(t, bleedingtooth.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, bleedingtooth.Spec, "doc.md") }
