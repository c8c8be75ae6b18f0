package mlospoof_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/mlospoof"
)

func TestCases(t *testing.T) { detecttest.Run(t, mlospoof.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, mlospoof.Spec, "doc.md") }
