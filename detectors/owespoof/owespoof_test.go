package owespoof_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/owespoof"
)

func TestCases(t *testing.T) { detecttest.Run(t, owespoof.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, owespoof.Spec, "doc.md") }
