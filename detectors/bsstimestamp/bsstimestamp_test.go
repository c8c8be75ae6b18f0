package bsstimestamp_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/bsstimestamp"
)

func TestCases(t *testing.T) { detecttest.Run(t, bsstimestamp.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, bsstimestamp.Spec, "doc.md") }
