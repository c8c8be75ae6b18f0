package remote_test

import (
	"context"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/capture/capturetest"
	"github.com/tocsin-wids/tocsin/capture/remote"
	"github.com/tocsin-wids/tocsin/capture/remote/remotetest"
)

func TestSuite(t *testing.T) {
	capturetest.Run(t, func(t testing.TB) capturetest.Subject {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		arrived := make(chan *remote.Source, 1)
		server := remote.New(remote.Options{Arrived: func(_ context.Context, s *remote.Source, isNew bool) error {
			if isNew {
				arrived <- s
			}
			return nil
		}})
		var running sync.WaitGroup
		running.Go(func() { server.Serve(ctx, l) })
		connect := func() *remotetest.Tool {
			conn, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			return remotetest.Stream(conn, remotetest.Options{Definition: "wlan0", UUID: uuidOf("AABBCCDDEEFF"), Poll: time.Millisecond})
		}
		tool, fresh := connect(), true
		t.Cleanup(func() {
			stop()
			server.Close()
			running.Wait()
			tool.Close()
		})
		return capturetest.Subject{
			Source: <-arrived,
			Ready: func() {
				if !fresh {
					<-tool.Done()
					tool = connect()
				}
				fresh = false
			},
			Hear: func(n int) {
				for range n {
					tool.Packet(127, now(), make([]byte, 100))
				}
			},
			Break: func() { tool.Close() },
		}
	})
}
