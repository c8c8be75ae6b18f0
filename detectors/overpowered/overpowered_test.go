package overpowered_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/overpowered"
)

func TestCases(t *testing.T) { detecttest.Run(t, overpowered.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, overpowered.Spec, "doc.md") }
