package ssidtrick_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/ssidtrick"
)

func TestCases(t *testing.T) { detecttest.Run(t, ssidtrick.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, ssidtrick.Spec, "doc.md") }
