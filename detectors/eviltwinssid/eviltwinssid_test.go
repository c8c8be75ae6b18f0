package eviltwinssid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/eviltwinssid"
)

func TestCases(t *testing.T) { detecttest.Run(t, eviltwinssid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, eviltwinssid.Spec, "doc.md") }
