package dhcposchange_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/dhcposchange"
)

func TestCases(t *testing.T) { detecttest.Run(t, dhcposchange.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, dhcposchange.Spec, "doc.md") }
