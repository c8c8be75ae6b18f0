package airjackssid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/airjackssid"
)

func TestCases(t *testing.T) { detecttest.Run(t, airjackssid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, airjackssid.Spec, "doc.md") }
