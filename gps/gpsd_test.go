package gps

import (
	"bufio"
	"context"
	"encoding/json"
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

// Reports as gpsd 3.22 sends them.
const (
	version = `{"class":"VERSION","release":"3.22","rev":"3.22","proto_major":3,"proto_minor":14}` + "\r\n"
	devices = `{"class":"DEVICES","devices":[{"class":"DEVICE","path":"/dev/ttyUSB0","driver":"NMEA0183","bps":4800}]}` + "\r\n"
	fix     = `{"class":"TPV","device":"/dev/ttyUSB0","mode":3,"time":"2005-07-08T11:28:07.000Z","lat":47.25,"lon":-8.5,"altHAE":450.1,"altMSL":400.5,` +
		`"alt":400.5,"track":90.5,"speed":10.0,"climb":0}` + "\r\n"
	noFix = `{"class":"TPV","device":"/dev/ttyUSB0","mode":1}` + "\r\n"
	sky   = `{"class":"SKY","device":"/dev/ttyUSB0","satellites":[{"PRN":23,"el":6.0,"az":84.0,"used":false}]}` + "\r\n"
)

var fixed = tocsin.Location{Latitude: 47.25, Longitude: -8.5, Altitude: 400.5, Speed: 36, Heading: 90.5, Fix: 3}

func TestReportsOfGpsd(t *testing.T) {
	low := tocsin.Location{Latitude: 47.25, Longitude: -8.5, Fix: 2}
	for text, want := range map[string]struct {
		Class string
		Place tocsin.Location
	}{
		fix:     {"TPV", fixed},
		noFix:   {"TPV", tocsin.Location{}},
		version: {"VERSION", tocsin.Location{}},
		sky:     {"SKY", tocsin.Location{}},
		`{"class":"TPV","mode":2,"lat":47.25,"lon":-8.5,"altMSL":1}`: {"TPV", low},
		`{"class":"TPV","mode":3,"lat":47.25,"lon":-8.5,"altHAE":1}`: {"TPV", low},
		`{"class":"TPV","mode":3,"lat":47.25,"lon":-8.5,"alt":-3}`:   {"TPV", tocsin.Location{Latitude: 47.25, Longitude: -8.5, Altitude: -3, Fix: 3}},
		`{"class":"TPV","mode":3,"lat":47.25}`:                       {"TPV", tocsin.Location{}},
		`{"class":"TPV","mode":3,"lat":"47.25","lon":1}`:             {},
		`{"class":"TPV","mode":3,"lat":1e999,"lon":1}`:               {},
		`[]`: {}, `{`: {}, ``: {}, `null`: {}, "\x00\xff": {}, "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47": {},
	} {
		r, ok := parseReport([]byte(text))
		if l := r.location(); ok != (want.Class != "") || r.Class != want.Class || !cmp.Equal(l, want.Place) {
			t.Errorf("%s: got %s %+v, want %+v", text, r.Class, l, want)
		}
	}
}

func TestAltitudeIsRememberedForAWhile(t *testing.T) {
	read := func(text string) *report {
		r, ok := parseReport([]byte(text))
		if !ok {
			t.Fatal(text)
		}
		return &r
	}
	const without, flat = `{"class":"TPV","mode":3,"lat":47.25,"lon":-8.5}`, `{"class":"TPV","mode":2,"lat":47.25,"lon":-8.5}`
	var h height
	for _, step := range []struct {
		after  time.Duration
		report string
		want   float64 // altitude; 0: none
	}{{0, without, 0}, {1, fix, 400.5}, {2, without, 400.5}, {3, flat, 0}, {11, without, 400.5}, {12, without, 0}} {
		l := h.complete(read(step.report), noon.Add(step.after*time.Second))
		if l.Altitude != step.want || (l.Fix == 3) != (step.want != 0) {
			t.Errorf("after %d s %s: got %+v, want %g m", step.after, step.report, l, step.want)
		}
	}
}

func FuzzReport(f *testing.F) {
	for _, s := range []string{version, devices, fix, noFix, sky} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, _ := parseReport(line)
		if l := r.location(); l.Valid() {
			if _, err := json.Marshal(l); err != nil {
				t.Errorf("%s: a place that cannot be written: %v", line, err)
			}
		}
	})
}

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
	r.dial = func(context.Context) (net.Conn, error) {
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
				return nil // it ends
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
		want := []time.Duration{0, s, 3 * s, 7 * s, 15 * s, 25 * s, 35 * s, 36 * s, 67 * s}
		if diff := cmp.Diff(want, at); diff != "" {
			t.Errorf("connections (-want +got):\n%s", diff)
		}
		const lost, again = "false gpsd at h:2947 does not tell where the server is", "true gpsd at h:2947 is reached again"
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
