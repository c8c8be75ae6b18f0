package main

import (
	"context"
	"os"
	"path/filepath"
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
