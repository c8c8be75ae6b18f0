package app

import (
	"cmp"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api/auth"
	"github.com/tocsin-wids/tocsin/detect"
	"github.com/tocsin-wids/tocsin/detectors"
)

//go:embed system/*.md
var systemPages embed.FS

// Catalogue lists all that this program raises by itself, in the order of the headers: what detectors find, and what the
// server says of itself, which has no detector.
func Catalogue() []detect.Spec {
	list := detectors.All()
	for _, d := range tocsin.SystemAlerts {
		list = append(list, detect.Spec{Definition: *d})
	}
	slices.SortFunc(list, func(a, b detect.Spec) int { return cmp.Compare(a.Header, b.Header) })
	return list
}

// Page returns the page of an alert in Markdown, "" if there is none.
func Page(header string) string {
	if text := detectors.Page(header); text != "" {
		return text
	}
	b, err := systemPages.ReadFile("system/" + strings.ToLower(header) + ".md")
	if err != nil {
		return ""
	}
	return string(b)
}

// tellOfStart raises what is to be known of a start.
func (s *Server) tellOfStart() {
	if s.options.Root {
		s.ledger.Tell(&tocsin.RootUser, "", "Tocsin runs as root, so that a fault in reading what strangers send could give them the machine. "+
			"Run it as a user of its own; to open radios that needs only the capabilities CAP_NET_RAW and CAP_NET_ADMIN")
	}
	s.tellWarnings(s.options.Warnings)
	if path := s.options.KismetLogin; path != "" && auth.HoldsLogin(path) && readableByAll(path) {
		s.ledger.Tell(&tocsin.GlobalLogin, "", fmt.Sprintf("The file %q holds the login of the web server in clear text, and every user of this machine can read it. "+
			"Tocsin keeps the login hashed and needs the file no more: remove the login there, or the right to read it", path))
	}
	s.raiseAtStart()
}

// warningsTold is how many warnings the alert names; as many again times ten are in the messages, of which clients see fifty.
const warningsTold = 3

// tellWarnings tells of all warnings in one alert, and of each in a message.
func (s *Server) tellWarnings(list []string) {
	if len(list) == 0 {
		return
	}
	for _, w := range list[:min(len(list), 10*warningsTold)] {
		s.ledger.Say(tocsin.MessageError, "Configuration: "+w)
	}
	text := "Part of the configuration is not in force: " + strings.Join(list[:min(len(list), warningsTold)], "; ")
	if more := len(list) - warningsTold; more > 0 {
		text += fmt.Sprintf("; and %d more, see the messages or tocsin config check", more)
	}
	s.ledger.Tell(&tocsin.ConfigError, "", text)
}

// raiseAtStart raises what the configuration wants raised. A name that is nothing else's becomes a definition, so that it is
// in the list and its rate can be set; any other is raised beside its definition.
func (s *Server) raiseAtStart() {
	own := map[string]*tocsin.Definition{}
	for _, a := range s.options.Config.Alerts.AtStart {
		d := own[a.Header]
		if d == nil {
			const atOnce = 100 // as many as a configuration may name
			d = &tocsin.Definition{
				Header: a.Header, Class: tocsin.System, Severity: tocsin.Critical, Phy: tocsin.PhyAny, Confidence: 100,
				Throttle:    tocsin.Throttle{Limit: tocsin.Rate{Count: atOnce}, Burst: tocsin.Rate{Count: atOnce}},
				Description: "The configuration has it raised at every start of the server.",
			}
			if err := s.ledger.Define(*d); err != nil {
				s.ledger.OneShot(d.Header, d.Class, d.Severity, a.Text)
				continue
			}
			own[a.Header] = d
		}
		s.ledger.Tell(d, "", a.Text)
	}
}

// readableByAll reports whether every user may read the file at path and go through all folders to it.
func readableByAll(path string) bool {
	path, err := filepath.EvalSymlinks(path)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	if err != nil {
		return false
	}
	for need := os.FileMode(0o004); ; need = 0o001 {
		info, err := os.Stat(path)
		if err != nil || info.Mode()&need == 0 {
			return false
		}
		parent := filepath.Dir(path)
		if parent == path {
			return true
		}
		path = parent
	}
}
