package saedowngrade_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/saedowngrade"
)

func TestCases(t *testing.T) { detecttest.Run(t, saedowngrade.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, saedowngrade.Spec, "doc.md") }
