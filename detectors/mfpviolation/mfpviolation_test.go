package mfpviolation_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/mfpviolation"
)

func TestCases(t *testing.T) { detecttest.Run(t, mfpviolation.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, mfpviolation.Spec, "doc.md") }
