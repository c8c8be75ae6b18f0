package cryptodrop_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/cryptodrop"
)

func TestCases(t *testing.T) { detecttest.Run(t, cryptodrop.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, cryptodrop.Spec, "doc.md") }
