package fragattack_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/fragattack"
)

func TestCases(t *testing.T) { detecttest.Run(t, fragattack.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, fragattack.Spec, "doc.md") }
