package qcomextended_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/qcomextended"
)

func TestCases(t *testing.T) { detecttest.Run(t, qcomextended.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, qcomextended.Spec, "doc.md") }
