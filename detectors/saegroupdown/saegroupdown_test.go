package saegroupdown_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/saegroupdown"
)

func TestCases(t *testing.T) { detecttest.Run(t, saegroupdown.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, saegroupdown.Spec, "doc.md") }
