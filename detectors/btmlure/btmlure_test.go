package btmlure_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/btmlure"
)

func TestCases(t *testing.T) { detecttest.Run(t, btmlure.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, btmlure.Spec, "doc.md") }
