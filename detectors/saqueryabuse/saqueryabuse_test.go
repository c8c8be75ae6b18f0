package saqueryabuse_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/saqueryabuse"
)

func TestCases(t *testing.T) { detecttest.Run(t, saqueryabuse.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, saqueryabuse.Spec, "doc.md") }
