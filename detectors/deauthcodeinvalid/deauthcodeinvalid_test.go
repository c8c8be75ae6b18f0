package deauthcodeinvalid_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/deauthcodeinvalid"
)

func TestCases(t *testing.T) { detecttest.Run(t, deauthcodeinvalid.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, deauthcodeinvalid.Spec, "doc.md") }
