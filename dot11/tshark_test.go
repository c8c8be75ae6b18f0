package dot11_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/tocsin-wids/tocsin/dot11"
	"github.com/tocsin-wids/tocsin/dot11/radiotap"
)

// tsharkFields are compared in this order.
var tsharkFields = []string{
	"wlan.fc.type_subtype", "wlan.ra", "wlan.ta", "wlan.da", "wlan.sa", "wlan.bssid", "wlan.seq", "wlan.frag",
	"wlan.fixed.reason_code", "wlan.tag.number", "wlan.rsn.gcs.type", "wlan.rsn.pcs.type", "wlan.rsn.akms.type",
	"radiotap.dbm_antsignal", "radiotap.channel.freq", "wlan.ssid",
}

func TestDecodingAgreesWithTshark(t *testing.T) {
	tshark, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed")
	}
	t.Run(labFile, func(t *testing.T) { compareWithTshark(t, tshark, labFile) })
	captures := os.Getenv("TOCSIN_CAPTURES")
	if captures == "" {
		t.Skip("TOCSIN_CAPTURES is not set: whole captures are not compared")
	}
	for _, name := range []string{
		"lab/q-airbase.ch6.pcap.gz", "lab/l-wps.ch6.pcap.gz", "lab/z-pmf-deauth.ch6.pcap.gz",
		"lab/y-btm.ch6.pcap.gz", "lab/w-sae-flood.ch6.pcap.gz", "lab/p-chanswitch.ch6.pcap.gz",
	} {
		t.Run(name, func(t *testing.T) { compareWithTshark(t, tshark, filepath.Join(captures, name)) })
	}
}

func compareWithTshark(t *testing.T, tshark, path string) {
	args := []string{"-r", path, "-n", "-T", "fields", "-E", "separator=|", "-E", "occurrence=a", "-o", "wlan.enable_decryption:FALSE"}
	for _, f := range tsharkFields {
		args = append(args, "-e", f)
	}
	out, err := exec.Command(tshark, args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	packets := readCapture(t, path)
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 1<<20)
	n, differ := 0, 0
	for ; lines.Scan() && n < len(packets); n++ {
		want := strings.Split(lines.Text(), "|")
		got := asTshark(packets[n], want)
		for i, field := range tsharkFields {
			if got[i] != want[i] {
				if differ++; differ < 20 {
					t.Errorf("frame %d: %s: got %q, want %q\n% x", n+1, field, got[i], want[i], packets[n])
				}
				break
			}
		}
	}
	if n != len(packets) || n == 0 {
		t.Errorf("compared %d of %d frames", n, len(packets))
	}
	t.Logf("%d frames compared, %d differ", n, differ)
}

// readCapture returns the packets of a radiotap pcap, compressed or not.
func readCapture(t *testing.T, path string) [][]byte {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := io.Reader(f)
	if strings.HasSuffix(path, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	var packets [][]byte
	for b = b[24:]; len(b) >= 16; {
		n := 16 + int(binary.LittleEndian.Uint32(b[8:]))
		packets = append(packets, b[16:n:n])
		b = b[n:]
	}
	return packets
}

// asTshark decodes a packet and says it in tshark's words. want decides what is left out, as tshark does by rules of
// its own.
func asTshark(packet []byte, want []string) []string {
	var r dot11.Radio
	var f dot11.Frame
	n, err := radiotap.Decode(packet, &r)
	if err != nil {
		return make([]string, len(want))
	}
	f.Decode(packet[n : len(packet)-int(r.FCSLen)])
	addr := func(a dot11.Addr, has bool) string {
		if !has {
			return ""
		}
		return strings.ToLower(a.String())
	}
	mgmtOrData := !f.Kind.IsControl()
	number := func(v uint64, has bool) string {
		if !has {
			return ""
		}
		return strconv.FormatUint(v, 10)
	}
	got := []string{
		fmt.Sprintf("0x%04x", uint8(f.Kind)),
		addr(f.Addr1, true), addr(f.Addr2, !f.Addr2.IsZero() || mgmtOrData),
		addr(f.Destination(), mgmtOrData), addr(f.Source(), mgmtOrData), addr(f.BSSID, !f.BSSID.IsZero() || mgmtOrData),
		number(uint64(f.Sequence), mgmtOrData), number(uint64(f.Fragment), mgmtOrData),
		"", "", "", "", "", "", "", "",
	}
	if (f.Kind == dot11.Deauth || f.Kind == dot11.Disassoc) && !f.IsProtected() && len(f.Body) >= 2 {
		got[8] = fmt.Sprintf("0x%04x", f.Fixed.Reason)
	} else { // tshark finds reasons elsewhere too: in DELBA, in elements
		got[8] = want[8]
	}
	elementsAsTshark(&f, got, want)
	if r.Signal != 0 {
		got[13] = strconv.Itoa(int(r.Signal))
		// tshark lists the signals of all antennas, the first of them first.
		if first, _, several := strings.Cut(want[13], ","); several && first == got[13] {
			got[13] = want[13]
		}
	}
	got[14] = number(uint64(r.Frequency), r.Frequency != 0)
	return got
}

func elementsAsTshark(f *dot11.Frame, got, want []string) {
	var ids []string
	for e := range f.Elements.All() {
		ids = append(ids, strconv.Itoa(int(e.ID)))
	}
	got[9] = strings.Join(ids, ",")
	if r, ok := f.BTMRequest(); ok && r.Mode&dot11.BTMTermination != 0 {
		got[9] = want[9] // tshark trusts the bit that a subelement follows, which senders set in vain
	}
	if f.Defects != 0 {
		// tshark stops at malformed elements, lists those that overrun the frame, and counts elements in elements.
		copy(got[9:13], want[9:13])
		got[15] = want[15]
		return
	}
	if ssid, ok, _ := f.Elements.SSID(); ok {
		got[15] = hex.EncodeToString(ssid)
		if len(ssid) == 0 {
			got[15] = "<MISSING>"
		}
		if first, _, several := strings.Cut(want[15], ","); several && first == got[15] {
			got[15] = want[15]
		}
	}
	if d, ok := f.Elements.Find(dot11.ElementRSN); ok && len(d) >= 20 {
		r, _ := dot11.ParseRSN(d)
		got[10], got[11], got[12] = bitNumbers(uint32(r.Group)), bitNumbers(uint32(r.Pairwise)), bitNumbers(uint32(r.AKM))
	}
}

func bitNumbers(set uint32) string {
	var n []string
	for i := range 32 {
		if set>>i&1 != 0 {
			n = append(n, strconv.Itoa(i))
		}
	}
	return strings.Join(n, ",")
}
