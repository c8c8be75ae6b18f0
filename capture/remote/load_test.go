package remote_test

import (
	"context"
	"flag"
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
	"github.com/tocsin-wids/tocsin/pcap"
)

var loadFor = flag.Duration("load", time.Second, "for how long a hundred sensors send 1,000 packets a second each")

// TestAHundredSensorsLoseNothing has real connections and real time.
func TestAHundredSensorsLoseNothing(t *testing.T) {
	const sensors, rate, every = 100, 1000, 50 * time.Millisecond
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var heard atomic.Int64
	var running sync.WaitGroup
	open := make(chan struct{}, sensors)
	all := make(chan struct{})
	total := int64(sensors) * int64(*loadFor/every) * int64(rate*every/time.Second)
	server := remote.New(remote.Options{Arrived: func(_ context.Context, s *remote.Source, _ bool) error {
		running.Go(func() {
			err := s.Run(ctx, func(batch []pcap.Packet) error {
				if batch == nil {
					open <- struct{}{}
				}
				if n := heard.Add(int64(len(batch))); len(batch) > 0 && n == total {
					close(all)
				}
				return nil
			})
			if ctx.Err() == nil {
				t.Error(err)
			}
		})
		return nil
	}})
	running.Go(func() { server.Serve(ctx, l) })
	var tools []*remotetest.Tool
	for i := range sensors {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		tools = append(tools, remotetest.Stream(conn, remotetest.Options{Definition: "wlan0", UUID: uuidOf(fmt.Sprintf("%012d", i+1))}))
	}
	for range sensors {
		<-open
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	tick := time.NewTicker(every)
	defer tick.Stop()
	data := make([]byte, 300)
	for range int(*loadFor / every) {
		for _, tool := range tools {
			for range rate * every / time.Second {
				tool.Packet(127, now(), data)
			}
		}
		<-tick.C
	}
	select {
	case <-all:
	case <-time.After(30 * time.Second):
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d packets heard of %d, the heap grew by %d KiB", heard.Load(), total, (int64(after.HeapAlloc)-int64(before.HeapAlloc))>>10)
	if heard.Load() != total {
		t.Errorf("%d packets heard of %d", heard.Load(), total)
	}
	for i, tool := range tools {
		if tool.Err() != nil {
			t.Errorf("sensor %d ended with %v", i, tool.Err())
		}
		if n := tool.Seen().Together; n > 0 {
			t.Errorf("sensor %d got %d frames together with another", i, n)
		}
	}
	stop()
	server.Close()
	running.Wait()
}
