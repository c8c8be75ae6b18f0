package saetiming_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/saetiming"
)

func TestCases(t *testing.T) { detecttest.Run(t, saetiming.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, saetiming.Spec, "doc.md") }
