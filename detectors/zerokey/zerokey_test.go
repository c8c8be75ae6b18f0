package zerokey_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/zerokey"
)

func TestCases(t *testing.T) { detecttest.Run(t, zerokey.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, zerokey.Spec, "doc.md") }
