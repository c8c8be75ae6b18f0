package noncedegrade_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/noncedegrade"
)

func TestCases(t *testing.T) { detecttest.Run(t, noncedegrade.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, noncedegrade.Spec, "doc.md") }
