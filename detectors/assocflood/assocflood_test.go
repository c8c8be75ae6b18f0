package assocflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/assocflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, assocflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, assocflood.Spec, "doc.md") }
