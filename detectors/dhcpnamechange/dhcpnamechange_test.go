package dhcpnamechange_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/detect/detecttest"
	"github.com/tocsin-wids/tocsin/detectors/dhcpnamechange"
)

func TestCases(t *testing.T) { detecttest.Run(t, dhcpnamechange.Spec) }

func TestPage(t *testing.T) { detecttest.Doc(t, dhcpnamechange.Spec, "doc.md") }
