package vdoo202027301_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/vdoo202027301"
)

func TestCases(t *testing.T) { detecttest.Run(t, vdoo202027301.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, vdoo202027301.Spec, "doc.md") }
