package msfdlinkrate_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/msfdlinkrate"
)

func TestCases(t *testing.T) { detecttest.Run(t, msfdlinkrate.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, msfdlinkrate.Spec, "doc.md") }
