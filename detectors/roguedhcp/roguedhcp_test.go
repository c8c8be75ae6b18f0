package roguedhcp_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/roguedhcp"
)

func TestCases(t *testing.T) { detecttest.Run(t, roguedhcp.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, roguedhcp.Spec, "doc.md") }
