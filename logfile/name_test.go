package logfile_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tocsin-wids/tocsin/logfile"
)

func TestTemplatesAreFilled(t *testing.T) {
	at := time.Date(2023, 11, 14, 23, 13, 20, 0, time.FixedZone("", 3600))
	for template, want := range map[string]string{
		logfile.DefaultTemplate: "logs/Kismet-20231114-22-13-20-7.kismet",
		"%n_%d_%T_%I":           "Kismet_Nov-14-2023_221320_000007",
		"%p//../%n%x%%%":        "Kismet%",
		"without a pattern":     "without a pattern",
		"%p/a?b#c %l;--'\".x":   "logs/a?b#c kismet;--'\".x",
	} {
		if got := (logfile.Name{Template: template, Prefix: "logs", Title: "Kismet", Kind: "kismet"}).Path(at, 7); got != want {
			t.Errorf("%s: got %s, want %s", template, got, want)
		}
	}
}

func TestNumbersThatAreTakenAreSkipped(t *testing.T) {
	folder := t.TempDir()
	for _, taken := range []string{"a-1", "a-2.gz", "a-3"} {
		if err := os.WriteFile(filepath.Join(folder, taken), []byte("mine"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("nowhere", filepath.Join(folder, "a-4")); err != nil {
		t.Fatal(err)
	}
	create := func(template string) (string, error) {
		f, err := logfile.Name{Template: template, Prefix: folder}.Create(time.Time{})
		if err != nil {
			return "", err
		}
		return f.Name(), f.Close()
	}
	for _, want := range []string{"a-5", "a-6"} {
		got, err := create("%p/a-%i")
		if err != nil || got != filepath.Join(folder, want) {
			t.Errorf("got %s and %v, want %s", got, err, want)
		}
	}
	info, err := os.Stat(filepath.Join(folder, "a-5"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: want a file for its owner alone", info.Mode(), err)
	}
	if b, err := os.ReadFile(filepath.Join(folder, "a-1")); err != nil || string(b) != "mine" {
		t.Errorf("a file of somebody else was changed: %q, %v", b, err)
	}
	for template, want := range map[string]string{"%p/a-1": "exists already", "%p/none/%i": "no such file"} {
		_, err := create(template)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want one that says %q", template, err, want)
		}
	}
}

// FuzzTemplate holds that no template makes Path panic, or put something else for the number.
func FuzzTemplate(f *testing.F) {
	for _, seed := range []string{logfile.DefaultTemplate, "%", "%%", "%i%I", "\x00%"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, template string) {
		name := logfile.Name{Template: template, Prefix: "p", Title: "n"}
		one, two := name.Path(time.Unix(0, 0), 1), name.Path(time.Unix(0, 0), 2)
		if one != two && !strings.Contains(template, "%i") && !strings.Contains(template, "%I") {
			t.Errorf("%q gives %q and %q", template, one, two)
		}
	})
}

func TestFilesAreThoseOfTheTemplate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), `odd [*?\] name`)
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	name := logfile.Name{Template: "%p/%n.%D-%T %t_%d-%i.%l", Prefix: folder, Title: "a+b", Kind: "pcapng"}
	var want []string
	for i := range 3 {
		f, err := name.Create(time.Date(2023, 11, 14+i, 1, 2, 3, 0, time.UTC))
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		want = append(want, f.Name())
		if err := os.WriteFile(strings.Replace(f.Name(), "a+b.2023", []string{"aab.2023", "a+b-2023", "a+b.x023"}[i], 1), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := name.Files()
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %q and %v, want %q", got, err, want)
	}
	if got, want := name.Pattern(), filepath.Join(folder, "a+b.%D-%T %t_%d-%i.pcapng"); got != want {
		t.Errorf("pattern %s, want %s", got, want)
	}
}
