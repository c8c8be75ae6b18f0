package ssidconfusion_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/ssidconfusion"
)

func TestCases(t *testing.T) { detecttest.Run(t, ssidconfusion.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, ssidconfusion.Spec, "doc.md") }
