package roguera_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/roguera"
)

func TestCases(t *testing.T) { detecttest.Run(t, roguera.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, roguera.Spec, "doc.md") }
