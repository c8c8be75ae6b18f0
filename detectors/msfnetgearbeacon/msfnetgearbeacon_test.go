package msfnetgearbeacon_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/msfnetgearbeacon"
)

func TestCases(t *testing.T) { detecttest.Run(t, msfnetgearbeacon.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, msfnetgearbeacon.Spec, "doc.md") }
