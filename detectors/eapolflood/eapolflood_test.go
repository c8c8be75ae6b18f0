package eapolflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/eapolflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, eapolflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, eapolflood.Spec, "doc.md") }
