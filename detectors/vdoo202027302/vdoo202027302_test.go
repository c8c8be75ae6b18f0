package vdoo202027302_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/vdoo202027302"
)

func TestCases(t *testing.T) { detecttest.Run(t, vdoo202027302.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, vdoo202027302.Spec, "doc.md") }
