package bcastdiscon_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/bcastdiscon"
)

func TestCases(t *testing.T) { detecttest.Run(t, bcastdiscon.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, bcastdiscon.Spec, "doc.md") }
