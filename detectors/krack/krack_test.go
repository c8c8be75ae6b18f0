package krack_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/krack"
)

func TestCases(t *testing.T) { detecttest.Run(t, krack.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, krack.Spec, "doc.md") }
