package flipperzero_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/flipperzero"
)

func TestCases(t *testing.T) { detecttest.Run(t, flipperzero.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, flipperzero.Spec, "doc.md") }
