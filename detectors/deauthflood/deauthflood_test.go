package deauthflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/deauthflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, deauthflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, deauthflood.Spec, "doc.md") }
