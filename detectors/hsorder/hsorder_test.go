package hsorder_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/hsorder"
)

func TestCases(t *testing.T) { detecttest.Run(t, hsorder.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, hsorder.Spec, "doc.md") }
