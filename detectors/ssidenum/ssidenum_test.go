package ssidenum_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/ssidenum"
)

func TestCases(t *testing.T) { detecttest.Run(t, ssidenum.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, ssidenum.Spec, "doc.md") }
