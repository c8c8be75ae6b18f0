package app

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// stream begins a live stream of packets.
func stream(t *testing.T, s *Server, path string) *pcap.Reader {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, strings.TrimSuffix(s.URL(), "/")+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	q.SetBasicAuth("admin", "secret word")
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Body.Close() })
	if media := a.Header.Get("Content-Type"); a.StatusCode != http.StatusOK || media != "application/vnd.tcpdump.pcap" {
		t.Fatalf("%s: status %d, %s", path, a.StatusCode, media)
	}
	r, err := pcap.NewReader(a.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// readPackets reads n packets.
func readPackets(t *testing.T, r *pcap.Reader, n int) (list []pcap.Packet) {
	t.Helper()
	for len(list) < n {
		batch, err := r.Batch(nil, n-len(list))
		for _, p := range batch {
			p.Data = append([]byte{}, p.Data...)
			list = append(list, p)
		}
		if len(batch) == 0 {
			t.Fatalf("the stream ended after %d of %d packets: %v", len(list), n, err)
		}
	}
	return list
}

func TestPacketsAreStreamedAsTheyAreHeard(t *testing.T) {
	open := make(chan struct{})
	s := start(t, Options{Config: config.Default(), User: "admin", Password: "secret word", Memory: true, Sources: []capture.Source{demoSource(t, open)}})
	victim := dot11.Addr{0x00, 0x1d, 0x0f, 0x10, 0x00, 0x01}
	all := stream(t, s, "/pcap/all_packets.pcapng")
	ofSource := stream(t, s, "/datasource/pcap/by-uuid/"+s.roster.all()[0].uuid+"/packets.pcapng")
	ofNetwork := stream(t, s, "/phy/phy80211/pcap/by-bssid/"+victim.String()+"/packets.pcapng")
	close(open)
	want := packetsOf(t, demoFile)[:500]
	for name, r := range map[string]*pcap.Reader{"all": all, "of the source": ofSource} {
		for i, p := range readPackets(t, r, len(want)) {
			if string(p.Data) != string(want[i].Data) || p.Time != want[i].Time || p.Link != want[i].Link {
				t.Fatalf("%s: packet %d is %+v, want %+v", name, i, p, want[i])
			}
		}
	}
	if name := all.Interfaces()[0].Name; name != "demo" {
		t.Errorf("the sensor is called %q, want demo", name)
	}
	d := capture.NewDecoder()
	for _, p := range readPackets(t, ofNetwork, 50) {
		if f := d.Decode(&p).Frame; f.BSSID != victim && f.Addr1 != victim && f.Addr2 != victim {
			t.Fatalf("a frame of others: %+v", f)
		}
	}
	for path, want := range map[string]int{"/datasource/pcap/by-uuid/1/packets.pcapng": 500, "/phy/phy80211/pcap/by-bssid/x/packets.pcapng": 400} {
		if code, body := get(t, s, path, "admin", "secret word"); code != want {
			t.Errorf("%s: status %d, %s, want %d", path, code, body, want)
		}
	}
}
