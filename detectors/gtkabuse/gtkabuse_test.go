package gtkabuse_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/gtkabuse"
)

func TestCases(t *testing.T) { detecttest.Run(t, gtkabuse.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, gtkabuse.Spec, "doc.md") }
