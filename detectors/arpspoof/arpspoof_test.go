package arpspoof_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/arpspoof"
)

func TestCases(t *testing.T) { detecttest.Run(t, arpspoof.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, arpspoof.Spec, "doc.md") }
