package app

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin/ble"
	"github.com/tocsin-wids/tocsin/pcap"
)

// advertisements are n packets of LINKTYPE_BLUETOOTH_LE_LL_WITH_PHDR, 100 ms apart, on channel 38 with -40 dBm: an ADV_IND
// with the data, of an address that ends with the number of the packet.
func advertisements(n int, vendor [3]byte, data ...byte) (list []pcap.Packet) {
	for i := range n {
		b := []byte{12, 0xd8, 0, 0, 0, 0, 0, 0, 3, 0, 0xd6, 0xbe, 0x89, 0x8e, 0, byte(6 + len(data)), byte(i), 0, 0, vendor[2], vendor[1], vendor[0]}
		b = append(b, data...)
		sum := ble.Checksum(b[14:])
		b = append(b, sum[:]...)
		at := time.Duration(1_767_225_600+i)*time.Second + time.Duration(i)*100*time.Millisecond
		list = append(list, pcap.Packet{Time: at, Link: pcap.LinkBLERadio, Length: uint32(len(b)), Number: uint64(i + 1), Data: b})
	}
	return list
}

func writeCapture(t testing.TB, list []pcap.Packet) (path string) {
	t.Helper()
	var b bytes.Buffer
	w, err := pcap.NewClassicWriter(&b, list[0].Link)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		if err := w.Write(&list[i]); err != nil {
			t.Fatal(err)
		}
	}
	path = filepath.Join(t.TempDir(), "air.pcap")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestBluetoothBecomesRecordsOfItsKind(t *testing.T) {
	list := advertisements(1, [3]byte{0x80, 0xe1, 0x26}, 3, 3, 0x82, 0x30)
	list = append(list, advertisements(3, [3]byte{2}, append([]byte{32, 0xff}, make([]byte, 31)...)...)[2])
	records, files := analyze(t, writeCapture(t, list))
	if len(files) != 1 || files[0].Error != nil || len(files[0].Warnings) != 0 || files[0].Packets != 2 {
		t.Errorf("files %+v", files)
	}
	type record struct {
		Header    string `json:"kismet.alert.header"`
		Phy       int    `json:"kismet.alert.phy_id"`
		Severity  int    `json:"kismet.alert.severity"`
		BSSID     string `json:"kismet.alert.transmitter_mac"`
		Source    string `json:"kismet.alert.source_mac"`
		Dest      string `json:"kismet.alert.dest_mac"`
		Channel   string `json:"kismet.alert.channel"`
		Frequency int    `json:"kismet.alert.frequency"`
	}
	var got []record
	d := json.NewDecoder(bytes.NewReader(records))
	for d.More() {
		var r record
		if err := d.Decode(&r); err != nil {
			t.Fatal(err)
		}
		got = append(got, r)
	}
	const none = "00:00:00:00:00:00"
	want := []record{
		{"FLIPPERZERO", 6, 15, none, "80:E1:26:00:00:00", none, "FHSS", 2_426_000},
		{"BLEEDINGTOOTH", 6, 15, none, "02:00:00:00:00:02", none, "FHSS", 2_426_000},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s\n%s", diff, records)
	}
}

// TestFramePathAllocatesNothingForBluetooth takes ordinary advertisements through decoder and catalogue.
func TestFramePathAllocatesNothingForBluetooth(t *testing.T) {
	s, list := newTestShard(t), advertisements(200, [3]byte{2}, 2, 1, 6, 9, 9, 'E', 'a', 'r', 'b', 'u', 'd', 's', '!')
	got := testing.AllocsPerRun(20, func() {
		s.observe(list)
		later(list)
	})
	if got != 0 {
		t.Errorf("%v allocations for %d packets, want 0", got, len(list))
	}
	if n := s.devices(); n != 200 {
		t.Errorf("%d devices, want 200", n)
	}
	list = advertisements(1, [3]byte{4})
	list[0].Data[20] ^= 1 // its CRC is wrong
	if s.observe(list); s.devices() != 200 {
		t.Error("a damaged packet made a device")
	}
	if c := s.decoder.Counts(); c.BLE == 0 || c.BLE != c.Frames {
		t.Errorf("counts %+v, want Bluetooth alone", c)
	}
}
