package advcryptchange_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/advcryptchange"
)

func TestCases(t *testing.T) { detecttest.Run(t, advcryptchange.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, advcryptchange.Spec, "doc.md") }
