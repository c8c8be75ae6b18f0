package authflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/authflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, authflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, authflood.Spec, "doc.md") }
