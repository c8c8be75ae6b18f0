package mcmitm_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/mcmitm"
)

func TestCases(t *testing.T) { detecttest.Run(t, mcmitm.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, mcmitm.Spec, "doc.md") }
