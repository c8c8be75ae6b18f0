package widsconfusion_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/widsconfusion"
)

func TestCases(t *testing.T) { detecttest.Run(t, widsconfusion.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, widsconfusion.Spec, "doc.md") }
