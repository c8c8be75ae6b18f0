package rtlwifip2p_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/rtlwifip2p"
)

func TestCases(t *testing.T) { detecttest.Run(t, rtlwifip2p.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, rtlwifip2p.Spec, "doc.md") }
