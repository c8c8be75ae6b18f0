package probechan_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/probechan"
)

func TestCases(t *testing.T) { detecttest.Run(t, probechan.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, probechan.Spec, "doc.md") }
