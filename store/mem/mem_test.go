package mem_test

import (
	"context"
	"testing"

	"github.com/tocsin-wids/tocsin/store"
	"github.com/tocsin-wids/tocsin/store/mem"
	"github.com/tocsin-wids/tocsin/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(testing.TB) store.Store { return mem.New(1 << 20) })
}

func TestOldestMakeRoom(t *testing.T) {
	s := mem.New(3)
	if err := s.Put(context.Background(), storetest.Alerts(5)); err != nil {
		t.Fatal(err)
	}
	list, err := store.Newest(context.Background(), s, 10)
	if err != nil || len(list) != 3 || list[0].ID != storetest.Alerts(5)[2].ID {
		t.Errorf("got %d alerts, %v, want the newest three, oldest first", len(list), err)
	}
}
