package saebadcommit_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/saebadcommit"
)

func TestCases(t *testing.T) { detecttest.Run(t, saebadcommit.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, saebadcommit.Spec, "doc.md") }
