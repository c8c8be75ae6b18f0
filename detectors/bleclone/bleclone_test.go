package bleclone_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/bleclone"
)

func TestCases(t *testing.T) { detecttest.Run(t, bleclone.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, bleclone.Spec, "doc.md") }
