package dnsspoof_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/dnsspoof"
)

func TestCases(t *testing.T) { detecttest.Run(t, dnsspoof.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, dnsspoof.Spec, "doc.md") }
