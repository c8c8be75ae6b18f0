package rsnmismatch_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/rsnmismatch"
)

func TestCases(t *testing.T) { detecttest.Run(t, rsnmismatch.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, rsnmismatch.Spec, "doc.md") }
