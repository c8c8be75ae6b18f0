package eappremature_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/eappremature"
)

func TestCases(t *testing.T) { detecttest.Run(t, eappremature.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, eappremature.Spec, "doc.md") }
