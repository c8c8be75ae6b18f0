package framingframes_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/framingframes"
)

func TestCases(t *testing.T) { detecttest.Run(t, framingframes.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, framingframes.Spec, "doc.md") }
