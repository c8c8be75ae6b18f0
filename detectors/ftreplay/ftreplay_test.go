package ftreplay_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/ftreplay"
)

func TestCases(t *testing.T) { detecttest.Run(t, ftreplay.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, ftreplay.Spec, "doc.md") }
