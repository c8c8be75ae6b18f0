package dhcpclientid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/dhcpclientid"
)

func TestCases(t *testing.T) { detecttest.Run(t, dhcpclientid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, dhcpclientid.Spec, "doc.md") }
