package ssidcanary_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/ssidcanary"
)

func TestCases(t *testing.T) { detecttest.Run(t, ssidcanary.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, ssidcanary.Spec, "doc.md") }
