package probenojoin_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/probenojoin"
)

func TestCases(t *testing.T) { detecttest.Run(t, probenojoin.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, probenojoin.Spec, "doc.md") }
