package noncereuse_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/noncereuse"
)

func TestCases(t *testing.T) { detecttest.Run(t, noncereuse.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, noncereuse.Spec, "doc.md") }
