package main

import (
	"bytes"
	"context"
	"crypto/rand"
	_ "embed"
	"fmt"
	"io"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/capture"
	"github.com/tocsin-wids/tocsin/capture/replay"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/dot11"
)

// demoCapture is joined from the management and EAPOL frames of the project's laboratory (simulated radios, real programs:
// hostapd, wpa_supplicant, aircrack-ng, mdk4, reaver, scapy), free to copy. Of captures/lab, in seconds: a-baseline 31 to 35,
// c-aireplay-broadcast 7 to 10.6, e-mdk4-beacon 5 to 13.6, f-mdk4-auth 29.5 to 33.3, u-probes 20 to 24.2, l-wps 12.5 to 20.5,
// m-eviltwin 7 to 10.5, o-cryptodrop 8.5 to 13.
//
//go:embed demo.pcap.gz
var demoCapture []byte

type demoCommand struct {
	Listen string `help:"Address to answer on, host:port." default:"127.0.0.1:2501" placeholder:"ADDR"`
}

const demoText = `
Tocsin replays 41 seconds of air with nine attacks in them, over and over, in real time.

  In a browser:  %[1]s   (name demo, password %[2]s)
  Alerts:        curl -u demo:%[2]s '%[1]salerts/all_alerts.prettyjson'
  As they come:  any websocket client on ws%[3]seventbus/events.ws?user=demo&password=%[2]s
                 that sends {"SUBSCRIBE":"ALERT"}

Stop it with Ctrl-C.
`

// Run serves the bundled capture. Nothing is kept on disk.
func (c demoCommand) Run(ctx context.Context, t terminal) error {
	conf := config.Default()
	conf.Server.Listen, conf.Server.Name = c.Listen, "demo"
	conf.Policy = demoPolicy()
	password := rand.Text()[:10]
	server, err := app.New(app.Options{
		Config: conf, User: "demo", Password: password, Memory: true, Logger: logger(t, false),
		Sources: []capture.Source{replay.New(replay.Options{
			Path: "demo", Speed: 1, Rebase: true, Loop: true,
			Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(demoCapture)), nil },
		})},
	})
	if err != nil {
		return err
	}
	url := server.URL()
	fmt.Fprintf(t.out, demoText, url, password, url[len("http"):])
	return server.Run(ctx)
}

// demoPolicy is what the owner of the laboratory's networks would configure.
func demoPolicy() tocsin.Policy {
	corp := []tocsin.MACMask{
		{Addr: tocsin.MAC{0x00, 0x1d, 0x0f, 0x10, 0x00, 0x01}, Mask: dot11.Broadcast},
		{Addr: tocsin.MAC{0x00, 0x1d, 0x0f, 0x10, 0x00, 0x02}, Mask: dot11.Broadcast},
	}
	return tocsin.Policy{
		Networks: []tocsin.NetworkRule{{Name: "Corp", SSID: tocsin.LiteralSSID("CorpNet"), Allowed: corp}},
		Canaries: []tocsin.CanaryRule{{Name: "Canary", SSID: tocsin.LiteralSSID("CanaryNet")}},
	}
}
