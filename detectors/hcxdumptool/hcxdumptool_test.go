package hcxdumptool_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/hcxdumptool"
)

func TestCases(t *testing.T) { detecttest.Run(t, hcxdumptool.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, hcxdumptool.Spec, "doc.md") }
