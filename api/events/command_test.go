package events

import "testing"

func FuzzCommand(f *testing.F) {
	for _, s := range []string{`{"SUBSCRIBE":"ALERT","fields":["a",["b","c"]],"format":"ekjson"}`, "[]", "null", `{"SUBSCRIBE":5}`, `{"UNSUBSCRIBE":"*"}`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h := New(Options{Queue: 2})
		// There is no connection: a client that waits for its turn is not given another.
		c := &client{hub: h, topics: map[string]*shape{}, waiting: true}
		h.clients[c] = struct{}{}
		for range 3 {
			c.command([]byte(s))
		}
		if len(c.topics) > 1 {
			t.Errorf("one command made %d subscriptions", len(c.topics))
		}
		h.forget(c)
		if len(h.shapes) != 0 || len(h.clients) != 0 {
			t.Errorf("%d shapes and %d clients are left", len(h.shapes), len(h.clients))
		}
	})
}
