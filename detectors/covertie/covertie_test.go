package covertie_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/covertie"
)

func TestCases(t *testing.T) { detecttest.Run(t, covertie.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, covertie.Spec, "doc.md") }
