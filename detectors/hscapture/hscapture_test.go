package hscapture_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/hscapture"
)

func TestCases(t *testing.T) { detecttest.Run(t, hscapture.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, hscapture.Spec, "doc.md") }
