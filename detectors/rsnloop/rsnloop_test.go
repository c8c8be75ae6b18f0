package rsnloop_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/rsnloop"
)

func TestCases(t *testing.T) { detecttest.Run(t, rsnloop.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, rsnloop.Spec, "doc.md") }
