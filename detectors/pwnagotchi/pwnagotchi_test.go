package pwnagotchi_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/pwnagotchi"
)

func TestCases(t *testing.T) { detecttest.Run(t, pwnagotchi.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, pwnagotchi.Spec, "doc.md") }
