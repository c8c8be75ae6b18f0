package msfbcomssid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/msfbcomssid"
)

func TestCases(t *testing.T) { detecttest.Run(t, msfbcomssid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, msfbcomssid.Spec, "doc.md") }
