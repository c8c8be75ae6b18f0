package eviltwinbssid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/eviltwinbssid"
)

func TestCases(t *testing.T) { detecttest.Run(t, eviltwinbssid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, eviltwinbssid.Spec, "doc.md") }
