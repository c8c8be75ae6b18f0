package eapollogoff_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/eapollogoff"
)

func TestCases(t *testing.T) { detecttest.Run(t, eapollogoff.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, eapollogoff.Spec, "doc.md") }
