package wepreplay_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/wepreplay"
)

func TestCases(t *testing.T) { detecttest.Run(t, wepreplay.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, wepreplay.Spec, "doc.md") }
