package aircrack_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/aircrack"
)

func TestCases(t *testing.T) { detecttest.Run(t, aircrack.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, aircrack.Spec, "doc.md") }
