package lucenttest_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/lucenttest"
)

func TestCases(t *testing.T) { detecttest.Run(t, lucenttest.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, lucenttest.Spec, "doc.md") }
