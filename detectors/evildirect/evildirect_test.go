package evildirect_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/evildirect"
)

func TestCases(t *testing.T) { detecttest.Run(t, evildirect.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, evildirect.Spec, "doc.md") }
