package eaptwin_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/eaptwin"
)

func TestCases(t *testing.T) { detecttest.Run(t, eaptwin.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, eaptwin.Spec, "doc.md") }
