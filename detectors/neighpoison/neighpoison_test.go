package neighpoison_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/neighpoison"
)

func TestCases(t *testing.T) { detecttest.Run(t, neighpoison.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, neighpoison.Spec, "doc.md") }
