package v1_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/export"
	"github.com/tocsin-wids/tocsin/pcap"

	v1 "github.com/tocsin-wids/tocsin/api/v1"
)

const (
	firstSource  = "4E1D07C3-0000-0000-0000-000000000001"
	secondSource = "4E1D07C3-0000-0000-0000-000000000002"
	apAddress    = "\x02\x00\x00\x00\x00\x0a"
	staAddress   = "\x02\x00\x00\x00\x00\x0b"
)

// frame is a frame of the first octet given, from the access point to the station; the last octet tells it apart.
func frame(first byte, number byte) pcap.Packet {
	data := string([]byte{first, 0, 0, 0}) + staAddress + apAddress + apAddress + "\x10\x00" + string([]byte{7, number})
	return pcap.Packet{Time: time.Hour, Link: pcap.LinkIEEE80211, Data: []byte(data)}
}

// listening serves a hub whose radios belong to the first source.
func listening(t *testing.T) (*server, *export.Hub) {
	hub := export.New(func(uint16) pcap.Interface { return pcap.Interface{Name: "wlan0mon"} })
	return serve(t, func(o *v1.Options) { o.Packets = hub }), hub
}

func TestPacketsAreFiltered(t *testing.T) {
	s, hub := listening(t)
	web := httptest.NewServer(s)
	defer web.Close()
	ble := pcap.Packet{Link: pcap.LinkBLE, Data: []byte("\xd6\xbe\x89\x8e\x40\x09\x0c\x00\x00\x00\x00\xc2\x02\x01\x06\x00\x00\x07")}
	ack := pcap.Packet{Link: pcap.LinkIEEE80211, Data: []byte("\xd4\x00\x00\x00" + staAddress + "\x04")}
	unreadable := pcap.Packet{Link: pcap.LinkIEEE80211, Data: []byte{5}}
	for query, want := range map[string]string{
		"":                           "12345678",
		"?source=" + firstSource:     "1345678",
		"?source=old.pcap":           "2",
		"?type=mgmt":                 "1236",
		"?type=mgmt&subtype=12":      "126",
		"?type=mgmt&subtype=8,3":     "3",
		"?type=ctrl":                 "4",
		"?type=ctrl&subtype=13":      "4",
		"?type=data":                 "8",
		"?address=02:00:00:00:00:0b": "123468",
		"?address=02-00-00-00-00-0a": "12368",
		"?address=c2:00:00:00:00:0c": "7",
		"?address=02:00:00:00:00:00/ff:ff:ff:ff:ff:00&type=mgmt&source=wlan0mon": "136",
	} {
		ctx, stop := context.WithCancel(t.Context())
		q, err := http.NewRequestWithContext(ctx, http.MethodGet, web.URL+"/api/v1/packets.pcapng"+query, nil)
		if err != nil {
			t.Fatal(err)
		}
		q.Header.Set("Authorization", "Bearer "+s.reader)
		a, err := http.DefaultClient.Do(q)
		if err != nil {
			t.Fatal(err)
		}
		r, err := pcap.NewReader(a.Body)
		if err != nil || a.StatusCode != http.StatusOK || a.Header.Get("Content-Type") != "application/vnd.tcpdump.pcap" {
			t.Fatalf("%s: status %d, %v", query, a.StatusCode, err)
		}
		hub.Offer([]pcap.Packet{frame(0xc0, 1)}, firstSource)
		hub.Offer([]pcap.Packet{frame(0xc0, 2)}, secondSource)
		hub.Offer([]pcap.Packet{frame(0x80, 3), ack, unreadable, frame(0xc0, 6), ble, frame(0x08, 8)}, firstSource)
		got := ""
		for range want {
			var p pcap.Packet
			if err := r.Next(&p); err != nil {
				t.Fatalf("%s: after %q: %v", query, got, err)
			}
			got += string('0' + p.Data[len(p.Data)-1])
		}
		stop()
		a.Body.Close()
		if got != want {
			t.Errorf("%s: got the packets %q, want %q", query, got, want)
		}
		for hub.Streams() > 0 { // or the next one would hear what is left of this
			time.Sleep(time.Millisecond)
		}
	}
}

func TestWrongFiltersAreNamed(t *testing.T) {
	s, _ := listening(t)
	for query, want := range map[string]string{
		"source=nobody":               "query.source",
		"address=02:00":               "query.address",
		"type=beacon":                 "query.type",
		"subtype=8":                   "query.subtype",
		"type=mgmt&subtype=16":        "query.subtype",
		"type=mgmt&subtype=-1":        "query.subtype",
		"type=mgmt&subtype=8,":        "query.subtype",
		"adress=02:00:00:00:00:0a":    "query.adress",
		"type=x&address=y&source=z&a": "query.a query.address query.source query.type",
	} {
		w := s.do(ask{path: "/api/v1/packets.pcapng?" + query, as: "reader"})
		var got []string
		for _, e := range problemOf(t, w).Errors {
			got = append(got, e.Location)
		}
		if text := strings.Join(got, " "); w.Code != http.StatusBadRequest || text != want {
			t.Errorf("%s: status %d, mistakes in %s, want %s", query, w.Code, text, want)
		}
	}
	if w := s.do(ask{method: http.MethodHead, path: "/api/v1/packets.pcapng", as: "reader"}); w.Code != http.StatusOK || w.Body.Len() > 0 {
		t.Errorf("HEAD: status %d", w.Code)
	}
}

func TestTooManyStreamsAreAProblem(t *testing.T) {
	s, hub := listening(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 32)
	for range cap(ended) {
		begun := make(chan struct{})
		go func() {
			ended <- hub.Stream(ctx, io.Discard, func() error { close(begun); return nil }, export.Filter{})
		}()
		<-begun
	}
	w := s.do(ask{path: "/api/v1/packets.pcapng", as: "reader"})
	if p := problemOf(t, w); w.Code != http.StatusServiceUnavailable || p.Status != w.Code || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d, %+v", w.Code, p)
	}
	stop()
	for range cap(ended) {
		<-ended
	}
}
