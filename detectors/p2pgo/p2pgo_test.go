package p2pgo_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/p2pgo"
)

func TestCases(t *testing.T) { detecttest.Run(t, p2pgo.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, p2pgo.Spec, "doc.md") }
