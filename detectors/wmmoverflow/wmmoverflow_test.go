package wmmoverflow_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/wmmoverflow"
)

func TestCases(t *testing.T) { detecttest.Run(t, wmmoverflow.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, wmmoverflow.Spec, "doc.md") }
