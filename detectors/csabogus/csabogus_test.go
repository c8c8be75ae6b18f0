package csabogus_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/csabogus"
)

func TestCases(t *testing.T) { detecttest.Run(t, csabogus.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, csabogus.Spec, "doc.md") }
