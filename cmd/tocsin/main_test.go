package main

import (
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tocsin": func() {
			os.Exit(run(context.Background(), os.Args[1:], terminal{in: os.Stdin, out: os.Stdout, err: os.Stderr}))
		},
	})
}

// TestExitCodes holds what scripts rely on.
func TestExitCodes(t *testing.T) {
	folder := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	text := file("text.pcap", "no capture")
	for line, want := range map[string]int{
		"version":              exitOK,
		"analyze demo.pcap.gz": exitOK,
		"analyze --help":       exitOK,
		"analyze --fail-on critical demo.pcap.gz":           exitFound,
		"analyze --fail-on high demo.pcap.gz":               exitFound,
		"analyze --nonsense demo.pcap.gz":                   exitUsage,
		"analyze --format xml demo.pcap.gz":                 exitUsage,
		"analyze --fail-on awful demo.pcap.gz":              exitUsage,
		"analyze --config " + text + " demo.pcap.gz":        exitUsage,
		"analyze --config absent.yaml demo.pcap.gz":         exitUsage,
		"analyze --kismet-conf " + folder + " demo.pcap.gz": exitUsage,
		"analyze":                           exitUsage,
		"nonsense":                          exitUsage,
		"analyze " + text:                   exitUnreadable,
		"analyze " + text + " demo.pcap.gz": exitUnreadable,
		"analyze --fail-on high demo.pcap.gz " + text:                               exitUnreadable,
		"analyze absent.pcap":                                                       exitUnreadable,
		"analyze " + t.TempDir():                                                    exitUnreadable,
		"analyze " + file("empty.pcap", ""):                                         exitUnreadable,
		"serve --data " + folder + " --listen " + taken.Addr().String():             exitFailed,
		"serve --data " + folder + " --user admin":                                  exitUsage,
		"serve --data " + folder + " --log-packets":                                 exitUsage,
		"serve --data " + folder + " --kismetdb absent":                             exitUsage,
		"serve --data " + folder + " --user admin --password-file " + file("p", ""): exitUsage,
	} {
		if got := run(t.Context(), strings.Fields(line), terminal{in: strings.NewReader(""), out: io.Discard, err: io.Discard}); got != want {
			t.Errorf("tocsin %s: exit status %d, want %d", line, got, want)
		}
	}
}

// TestCommandLine runs the scripts of testdata/script, each in a folder of its own with the demo's capture beside it.
func TestCommandLine(t *testing.T) {
	capture, err := filepath.Abs("demo.pcap.gz")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			b, err := os.ReadFile(capture)
			if err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(env.WorkDir, "attacks.pcap.gz"), b, 0o600)
		},
	})
}
