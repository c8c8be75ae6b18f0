package quietabuse_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/quietabuse"
)

func TestCases(t *testing.T) { detecttest.Run(t, quietabuse.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, quietabuse.Spec, "doc.md") }
