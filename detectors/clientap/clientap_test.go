package clientap_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/clientap"
)

func TestCases(t *testing.T) { detecttest.Run(t, clientap.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, clientap.Spec, "doc.md") }
