package vlanshort_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/vlanshort"
)

func TestCases(t *testing.T) { detecttest.Run(t, vlanshort.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, vlanshort.Spec, "doc.md") }
