package karmaoui_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/karmaoui"
)

func TestCases(t *testing.T) { detecttest.Run(t, karmaoui.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, karmaoui.Spec, "doc.md") }
