package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/alert"
	"github.com/tocsin-wids/tocsin/config"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detect/detecttest"
)

// TestSystemAlertsHavePages holds pages and table against each other.
func TestSystemAlertsHavePages(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("system", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for _, d := range tocsin.SystemAlerts {
		path := filepath.Join("system", strings.ToLower(d.Header)+".md")
		want = append(want, path)
		for _, s := range Catalogue() {
			if s.Header == d.Header {
				detecttest.Doc(t, s, path)
			}
		}
		if d.Title == "" || strings.HasSuffix(d.Title, ".") || !strings.HasSuffix(d.Description, ".") || d.Class != tocsin.System || d.Confidence != 100 {
			t.Errorf("%+v", d)
		}
		if g := Guide(d.Header); g.Title != d.Title || g.Advice == "" {
			t.Errorf("%s: %+v", d.Header, g)
		}
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Errorf("-table +pages\n%s", diff)
	}
	if !slices.IsSortedFunc(Catalogue(), func(a, b detect.Spec) int { return strings.Compare(a.Header, b.Header) }) {
		t.Error("the catalogue is not sorted")
	}
}

// tellings returns the alerts of l as "HEADER text".
func tellings(l *alert.Ledger) (list []string) {
	for _, a := range l.Alerts() {
		list = append(list, a.Header+" "+a.Text)
	}
	return list
}

func wantTold(t testing.TB, l *alert.Ledger, want ...string) {
	t.Helper()
	got := tellings(l)
	ok := len(got) == len(want)
	for i := range min(len(got), len(want)) {
		ok = ok && strings.Contains(got[i], want[i])
	}
	if !ok {
		t.Errorf("alerts:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func newServer(t testing.TB, o Options) *Server {
	t.Helper()
	o.Config.Server.Listen = "127.0.0.1:0"
	if o.Config.Server.Data == "" {
		o.Memory = true
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.listener.Close() })
	return s
}

func TestStartAsRootIsTold(t *testing.T) {
	for _, root := range []bool{true, false} {
		s := newServer(t, Options{Config: config.Default(), User: "a", Password: "secret word", Root: root})
		if !root {
			wantTold(t, s.ledger)
			continue
		}
		wantTold(t, s.ledger, "ROOTUSER Tocsin runs as root")
		if a := s.ledger.Alerts()[0]; a.Severity != tocsin.High || a.Phy != tocsin.PhyUnknown {
			t.Errorf("%+v", a)
		}
	}
}

func TestConfigurationThatIsNotInForceIsToldOnce(t *testing.T) {
	d := config.NewDraft()
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, "kismet.conf"), []byte("gps_reconnect=true\nsource=a:type=rtl433\nalrt=X,1/min,1/sec\nnonsense\nlog_types=pcapppi\nsource=wlan1:type=rtlamr\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.ReadKismet(folder)
	conf, err := d.Result(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := newServer(t, Options{Config: conf, User: "a", Password: "secret word", Warnings: d.Warnings()})
	wantTold(t, s.ledger, "CONFIGERROR Part of the configuration is not in force: kismet.conf:4: ")
	text := s.ledger.Alerts()[0].Text
	if !strings.Contains(text, "; and 2 more, see the messages") || strings.Contains(text, "gps") {
		t.Errorf("text %q, want three named and two more", text)
	}
	var said []string
	for _, m := range s.ledger.Messages() {
		if m.Flags == tocsin.MessageError {
			said = append(said, m.Text)
		}
	}
	if len(said) != 5 || !strings.Contains(strings.Join(said, "\n"), "Configuration: kismet.conf:6: the source wlan1 is not taken over") {
		t.Errorf("messages %q, want one for each", said)
	}
}

func TestLoginOfKismetThatCannotBeReadIsTold(t *testing.T) {
	conf := config.Default()
	conf.Server.Data = t.TempDir()
	path := filepath.Join(t.TempDir(), "kismet_httpd.conf")
	tokens := filepath.Join(t.TempDir(), "session.db")
	for name, text := range map[string]string{path: "httpd_username=a\n", tokens: "{"} {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := newServer(t, Options{Config: conf, KismetLogin: path, KismetTokens: tokens})
	t.Cleanup(func() { s.closeStore() })
	done := make(chan error, 1)
	ctx, stop := context.WithCancel(t.Context())
	go func() { done <- s.ledger.Run(ctx) }()
	stop()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	wantTold(t, s.ledger, "CONFIGERROR Part of the configuration is not in force: the login of Kismet is not taken over: ")
	if text := s.ledger.Alerts()[0].Text; !strings.Contains(text, "; the tokens of Kismet in ") {
		t.Errorf("%q does not name the tokens", text)
	}
}

// reachable reports whether every user can go to a folder.
func reachable(t *testing.T, folder string) bool {
	t.Helper()
	for {
		info, err := os.Stat(folder)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode()&1 == 0 {
			return false
		}
		if folder == filepath.Dir(folder) {
			return true
		}
		folder = filepath.Dir(folder)
	}
}

func TestLoginThatEverybodyCanReadIsTold(t *testing.T) {
	folder := t.TempDir()
	if err := os.Chmod(filepath.Dir(folder), 0o755); err != nil { // the folder of the test, which is private
		t.Fatal(err)
	}
	const login = "httpd_username=admin\nhttpd_password=secret word\n"
	for name, c := range map[string]struct {
		text         string
		folder, file os.FileMode
		want         bool
	}{
		"everybody":         {login, 0o755, 0o644, true},
		"the group":         {login, 0o755, 0o640, false},
		"the owner":         {login, 0o755, 0o600, false},
		"a private folder":  {login, 0o700, 0o644, false},
		"not a whole login": {"httpd_username=admin\n", 0o755, 0o644, false},
	} {
		inner := filepath.Join(folder, strings.ReplaceAll(name, " ", "-"))
		path := filepath.Join(inner, "kismet_httpd.conf")
		if err := errors.Join(os.Mkdir(inner, 0o700), os.WriteFile(path, []byte(c.text), 0o600), os.Chmod(path, c.file), os.Chmod(inner, c.folder)); err != nil {
			t.Fatal(err)
		}
		s := newServer(t, Options{Config: config.Default(), User: "a", Password: "secret word", KismetLogin: path})
		if !c.want || !reachable(t, folder) {
			wantTold(t, s.ledger)
			continue
		}
		wantTold(t, s.ledger, "GLOBALHTTPDUSER The file ")
		if a := s.ledger.Alerts()[0]; a.Severity != tocsin.Info || !strings.Contains(a.Text, path) || strings.Contains(a.Text, "secret word") {
			t.Errorf("%s: %+v", name, a)
		}
	}
}

func TestAlertsAtStartAreDefinedOnce(t *testing.T) {
	conf := config.Default()
	conf.Alerts.AtStart = []config.StartAlert{{Header: "WARDRIVING", Text: "in the car"}, {Header: "DEAUTHFLOOD", Text: "a name of ours"},
		{Header: "WARDRIVING", Text: "on foot"}, {Header: "QUIET", Text: "off"}}
	conf.Alerts.Throttles["QUIET"] = tocsin.Throttle{}
	s := newServer(t, Options{Config: conf, User: "a", Password: "secret word"})
	wantTold(t, s.ledger, "WARDRIVING in the car", "DEAUTHFLOOD a name of ours", "WARDRIVING on foot")
	for _, a := range s.ledger.Alerts() {
		if a.Class != tocsin.System || a.Severity != tocsin.Critical || a.Phy != tocsin.PhyAny {
			t.Errorf("%+v", a)
		}
	}
	defined := map[string]int{}
	for _, d := range s.ledger.Definitions() {
		defined[d.Header]++
	}
	if defined["WARDRIVING"] != 1 || defined["QUIET"] != 1 || defined["DEAUTHFLOOD"] != 1 {
		t.Errorf("definitions %v", defined)
	}
}
