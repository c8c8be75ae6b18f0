package mdk4_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/mdk4"
)

func TestCases(t *testing.T) { detecttest.Run(t, mdk4.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, mdk4.Spec, "doc.md") }
