package gps

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
)

func FuzzLines(f *testing.F) {
	f.Add([]byte(version+fix+noFix), uint8(3))
	f.Add([]byte(strings.Repeat("x", 2*maxLine)+"\n"+fix), uint8(200))
	f.Fuzz(func(t *testing.T, stream []byte, chunk uint8) {
		lines := bufio.NewReaderSize(io.MultiReader(strings.NewReader(string(stream[:min(int(chunk), len(stream))])), strings.NewReader(string(stream[min(int(chunk), len(stream)):]))), maxLine)
		for {
			line, err := nextLine(lines)
			if err != nil {
				return
			}
			if len(line) > maxLine || line[len(line)-1] != '\n' {
				t.Fatalf("a line of %d octets", len(line))
			}
		}
	})
}

func TestLongLinesArePassedOver(t *testing.T) {
	lines := bufio.NewReaderSize(strings.NewReader("a\n"+strings.Repeat("x", 3*maxLine)+"\nb\n"+strings.Repeat("y", 2*maxNoLine)), maxLine)
	for _, want := range []string{"a\n", "b\n"} {
		if line, err := nextLine(lines); string(line) != want || err != nil {
			t.Errorf("got %.10q, %v, want %q", line, err, want)
		}
	}
	if _, err := nextLine(lines); !errors.Is(err, errNoLine) {
		t.Errorf("got %v, want errNoLine", err)
	}
}

// TestGpsdIsFollowed speaks as gpsd does, over the loopback.
func TestGpsdIsFollowed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	asked := make(chan string, 1)
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		fmt.Fprint(c, version)
		line, _ := bufio.NewReader(c).ReadString('\n')
		fmt.Fprint(c, devices, `{"class":"WATCH","enable":true,"json":true}`+"\r\n", noFix, sky, fix, noFix)
		asked <- line
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	r := receivers(t, "gpsd:host=127.0.0.1,reconnect=false,port="+port).Named("gpsd")
	var news []string
	r.Run(t.Context(), func(_ bool, text string) { news = append(news, text) })
	if got := <-asked; got != watch {
		t.Errorf("it was asked %q", got)
	}
	got := r.At(time.Now())
	if got == nil {
		t.Fatalf("no place: %q", news)
	}
	want := fixed
	want.Time, want.From = got.Time, tocsin.OriginServer
	if *got != want {
		t.Errorf("got %+v", got)
	}
	const end = "it closed the connection"
	if connected, problem := r.State(); connected || problem != end || len(news) != 1 || !strings.HasSuffix(news[0], end) {
		t.Errorf("got %t, %q, %q", connected, problem, news)
	}
}

// piped makes r talk to what serve answers, a call a connection; the error of a connection that is refused comes first.
func piped(r *Receiver, serve func(n int, c net.Conn) error) {
	n := 0
	r.dial = func(context.Context) (connection, error) {
		n++
		mine, its := net.Pipe()
		first := make(chan error, 1)
		go func(n int) {
			defer its.Close()
			refused := serve(n, its)
			if refused != nil {
				first <- refused
			}
		}(n)
		synctest.Wait()
		select {
		case err := <-first:
			return nil, err
		default:
			return mine, nil
		}
	}
}

func TestGpsdIsConnectedToAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := receivers(t, "gpsd:host=h").Named("gpsd")
		var news []string
		var at []time.Duration
		begun := time.Now()
		piped(r, func(n int, c net.Conn) error {
			at = append(at, time.Since(begun))
			if n < 7 {
				return errors.New("refused")
			}
			io.ReadFull(c, make([]byte, len(watch)))
			fmt.Fprint(c, version, fix)
			if n == 7 {
				time.Sleep(time.Second) // of the bubble
				return nil              // it ends
			}
			io.Copy(io.Discard, c) // it says nothing more
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			r.Run(ctx, func(ok bool, text string) { news = append(news, fmt.Sprint(ok, " ", text)) })
		}()
		time.Sleep(40 * time.Second)
		synctest.Wait()
		if r.At(time.Now()) == nil {
			t.Error("it is not known where the server is")
		}
		time.Sleep(10 * time.Second)
		synctest.Wait()
		if l := r.At(time.Now()); l != nil {
			t.Errorf("a place that was not told for long counts: %+v", l)
		}
		time.Sleep(30 * time.Second)
		synctest.Wait()
		cancel()
		<-done
		s := time.Second
		want := []time.Duration{0, s, 3 * s, 7 * s, 15 * s, 25 * s, 35 * s, 37 * s, 68 * s}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("connections (-want +got):\n%s", diff)
		}
		const lost, again = "false gpsd at h:2947 does not tell where the server is", "true gpsd at h:2947 tells again where the server is"
		wantNews := []string{lost, again, lost, again, lost, again}
		for i, text := range news {
			if at := strings.Index(text, ": "); at > 0 {
				news[i] = text[:at] // a pipe has other words than a connection
			}
		}
		if diff := cmp.Diff(wantNews, news); diff != "" {
			t.Errorf("news (-want +got):\n%s", diff)
		}
	})
}

func TestOthersAreNotConnectedTo(t *testing.T) {
	r := receivers(t, "virtual:lat=1,lon=2").Named("virtual")
	r.Run(t.Context(), func(bool, string) { t.Error("there is news") })
	if connected, _ := r.State(); !connected {
		t.Error("what is configured waits for a connection")
	}
}

func TestNMEAOverTCPIsFollowed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.Accept()
		if err != nil {
			return
		}
		defer c.Close()
		fmt.Fprint(c, "half of a line,N*00\r\n$GPGGA,123519,4730.000,N,00830.000,W,1,08,0.9,545.4,M,46.9,M,,\r\n")
	}()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	r := receivers(t, "tcp:host=127.0.0.1,reconnect=false,port="+port).Named("tcp")
	var news []string
	r.Run(t.Context(), func(_ bool, text string) { news = append(news, text) })
	got := r.At(time.Now())
	if got == nil || got.Latitude != 47.5 || got.Longitude != -8.5 || got.Altitude != 545.4 || got.Fix != 3 {
		t.Errorf("got %+v: %q", got, news)
	}
	if want := "The receiver at 127.0.0.1:" + port + " does not tell where the server is: it closed the connection"; len(news) != 1 || news[0] != want {
		t.Errorf("got %q, want %s", news, want)
	}
}

// TestGpsdWithoutAReceiverIsToldOnce holds that what is connected and knows no place does not fill the messages.
func TestGpsdWithoutAReceiverIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := receivers(t, "gpsd:host=h").Named("gpsd")
		connections := 0
		piped(r, func(_ int, c net.Conn) error {
			connections++
			io.ReadFull(c, make([]byte, len(watch)))
			fmt.Fprint(c, version, devices)
			io.Copy(io.Discard, c)
			return nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		var news []string
		go func() {
			defer close(done)
			r.Run(ctx, func(_ bool, text string) { news = append(news, text) })
		}()
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if connected, _ := r.State(); !connected {
			t.Error("it does not count as connected")
		}
		cancel()
		<-done
		want := []string{"gpsd at h:2947 does not tell where the server is: it says nothing for 30s; it is asked again until it does"}
		if diff := cmp.Diff(want, news); diff != "" || connections < 15 {
			t.Errorf("after %d connections:\n%s", connections, diff)
		}
	})
}
