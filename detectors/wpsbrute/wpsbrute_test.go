package wpsbrute_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/wpsbrute"
)

func TestCases(t *testing.T) { detecttest.Run(t, wpsbrute.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, wpsbrute.Spec, "doc.md") }
