package macsteal_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/macsteal"
)

func TestCases(t *testing.T) { detecttest.Run(t, macsteal.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, macsteal.Spec, "doc.md") }
