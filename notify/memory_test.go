package notify_test

import (
	"testing"

	"github.com/tocsin-wids/tocsin/notify"
	"github.com/tocsin-wids/tocsin/notify/notifytest"
)

func TestMemory(t *testing.T) {
	notifytest.Run(t, func(testing.TB) notify.Outbox { return notify.NewMemory() }, nil)
}
