package psabuse_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/psabuse"
)

func TestCases(t *testing.T) { detecttest.Run(t, psabuse.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, psabuse.Spec, "doc.md") }
