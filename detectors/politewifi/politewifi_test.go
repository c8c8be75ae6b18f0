package politewifi_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/politewifi"
)

func TestCases(t *testing.T) { detecttest.Run(t, politewifi.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, politewifi.Spec, "doc.md") }
