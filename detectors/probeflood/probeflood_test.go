package probeflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/probeflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, probeflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, probeflood.Spec, "doc.md") }
