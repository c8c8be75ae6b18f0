package apspoof_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/apspoof"
)

func TestCases(t *testing.T) { detecttest.Run(t, apspoof.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, apspoof.Spec, "doc.md") }
