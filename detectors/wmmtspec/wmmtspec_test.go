package wmmtspec_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/wmmtspec"
)

func TestCases(t *testing.T) { detecttest.Run(t, wmmtspec.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, wmmtspec.Spec, "doc.md") }
