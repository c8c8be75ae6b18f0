package pskguess_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/pskguess"
)

func TestCases(t *testing.T) { detecttest.Run(t, pskguess.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, pskguess.Spec, "doc.md") }
