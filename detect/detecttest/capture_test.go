package detecttest

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/pcap"
)

// capturePackets writes packets of one link type as a cut does, one a second, and returns where.
func capturePackets(t *testing.T, link pcap.LinkType, packets ...[]byte) string {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w, err := pcap.NewClassicWriter(z, link)
	if err != nil {
		t.Fatal(err)
	}
	for i, data := range packets {
		p := pcap.Packet{Time: time.Duration(1+i) * time.Second, Link: link, Length: uint32(len(data)), Data: data}
		if err := w.Write(&p); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "cut.pcap.gz")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestCapturesOfBluetoothAreRead(t *testing.T) {
	packet := []byte{0xd6, 0xbe, 0x89, 0x8e, 0, 6, 1, 0, 0, 0, 0, 2}
	sum := ble.Checksum(packet[4:])
	packet = append(packet, sum[:]...)
	bad := append(bytes.Clone(packet[:11]), 3, sum[0], sum[1], sum[2])
	radio := []byte{12, 0xd8, 0, 0, 0, 0, 0, 0, 3, 0}
	for link, header := range map[pcap.LinkType][]byte{
		pcap.LinkBLE: nil, pcap.LinkBLERadio: radio, pcap.LinkNordicBLE: {7, 25, 0, 3, 0, 0, 2, 10, 1, 38, 40, 0, 0, 0, 0, 0, 0},
	} {
		path := capturePackets(t, link, append(bytes.Clone(header), packet...), append(bytes.Clone(header), 1), append(bytes.Clone(header), bad...))
		sent, start, err := readCapture(path)
		if err != nil || len(sent) != 2 || start != time.Second {
			t.Fatalf("link type %d: %d packets from %s on, %v", link, len(sent), start, err)
		}
		first, second := sent[0].packet, sent[1].packet
		if first.Sender != (ble.Addr{2, 0, 0, 0, 0, 1}) || second.Sender != (ble.Addr{3, 0, 0, 0, 0, 1}) || sent[1].at != 2*time.Second {
			t.Errorf("link type %d: %+v, then %+v", link, first, second)
		}
		if sent[0].radio.FCS != dot11.FCSGood || link != pcap.LinkNordicBLE && sent[1].radio.FCS != dot11.FCSBad {
			t.Errorf("link type %d: receptions %+v, then %+v", link, sent[0].radio, sent[1].radio)
		}
		if link != pcap.LinkBLE && (sent[0].radio.Frequency != 2426 || sent[0].radio.Signal != -40) {
			t.Errorf("link type %d: reception %+v", link, sent[0].radio)
		}
	}
}
