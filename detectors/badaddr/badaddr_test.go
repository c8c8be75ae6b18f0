package badaddr_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/badaddr"
)

func TestCases(t *testing.T) { detecttest.Run(t, badaddr.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, badaddr.Spec, "doc.md") }
