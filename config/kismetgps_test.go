package config

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestKismetReceiversAreTakenOver(t *testing.T) {
	c := mustRead(t, map[string]string{kismetMain: "gps=gpsd:host=localhost,port=2947\ngps=serial:device=/dev/ttyUSB0,name=usb\ngps=virtual:lat=47.25,lon=8.5\nsource=/c/a.pcap:metagps=van\n"})
	if diff := cmp.Diff([]string{"gpsd:host=localhost,port=2947", "serial:device=/dev/ttyUSB0,name=usb", "virtual:lat=47.25,lon=8.5"}, c.GPS); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"/c/a.pcap:metagps=van"}, c.Server.Sources); diff != "" {
		t.Error(diff)
	}
}

func TestKismetReceiversThatAreWrongAreTold(t *testing.T) {
	_, _, err := readKismet(kismetFolder(t, map[string]string{kismetMain: "server_name=x\ngps=gpsd:port=5\n"}))
	if want := "kismet.conf:2: gps=gpsd:port=5: host=… is missing, such as host=localhost"; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}
