package deauthforged_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/deauthforged"
)

func TestCases(t *testing.T) { detecttest.Run(t, deauthforged.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, deauthforged.Spec, "doc.md") }
