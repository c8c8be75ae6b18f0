package pmkidharvest_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/pmkidharvest"
)

func TestCases(t *testing.T) { detecttest.Run(t, pmkidharvest.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, pmkidharvest.Spec, "doc.md") }
