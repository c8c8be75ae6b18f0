package bcom11kchan_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/bcom11kchan"
)

func TestCases(t *testing.T) { detecttest.Run(t, bcom11kchan.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, bcom11kchan.Spec, "doc.md") }
