package longssid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/longssid"
)

func TestCases(t *testing.T) { detecttest.Run(t, longssid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, longssid.Spec, "doc.md") }
