package saeflood_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/saeflood"
)

func TestCases(t *testing.T) { detecttest.Run(t, saeflood.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, saeflood.Spec, "doc.md") }
