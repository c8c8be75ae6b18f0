package aplessm2_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/aplessm2"
)

func TestCases(t *testing.T) { detecttest.Run(t, aplessm2.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, aplessm2.Spec, "doc.md") }
