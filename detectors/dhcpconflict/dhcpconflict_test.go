package dhcpconflict_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/dhcpconflict"
)

func TestCases(t *testing.T) { detecttest.Run(t, dhcpconflict.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, dhcpconflict.Spec, "doc.md") }
