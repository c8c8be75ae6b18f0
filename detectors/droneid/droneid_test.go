package droneid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/droneid"
)

func TestCases(t *testing.T) { detecttest.Run(t, droneid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, droneid.Spec, "doc.md") }
