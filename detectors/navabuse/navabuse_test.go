package navabuse_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/navabuse"
)

func TestCases(t *testing.T) { detecttest.Run(t, navabuse.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, navabuse.Spec, "doc.md") }
