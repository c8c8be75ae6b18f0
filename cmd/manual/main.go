// Command manual writes the pages of docs/detectors from the catalogue: one page an alert, a table of them all, and a table of the
// cases that hold them. It is run by go generate.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/tocsin-wids/tocsin/app"
	"github.com/tocsin-wids/tocsin/detect"
)

//go:generate go run . ../../detectors ../../docs/detectors

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: manual DETECTORS PAGES, the folders that are read and written")
	}
	if err := write(os.Args[1], os.Args[2]); err != nil {
		log.Fatal(err)
	}
}

// write makes the folder pages anew from the catalogue and the cases in the folder detectors.
func write(detectors, pages string) error {
	if err := os.RemoveAll(pages); err != nil {
		return err
	}
	if err := os.MkdirAll(pages, 0o755); err != nil {
		return err
	}
	var overview, evidence strings.Builder
	overview.WriteString(overviewHead)
	evidence.WriteString(evidenceHead)
	for _, s := range app.Catalogue() {
		name := strings.ToLower(s.Header) + ".md"
		fmt.Fprintf(&overview, "| [%s](%s) | %s | %s | %s | %s |\n", s.Header, name, s.Title, s.Class, s.Severity, throttle(s))
		if err := os.WriteFile(filepath.Join(pages, name), []byte(page(s)), 0o644); err != nil {
			return err
		}
		c, err := casesOf(filepath.Join(detectors, strings.ToLower(s.Header), "testdata"))
		if err != nil {
			return err
		}
		if c.any() {
			fmt.Fprintf(&evidence, "| [%s](%s) | %s | %s | %s | %s | %s |\n", s.Header, name,
				c.list("fires"), c.list("quiet"), c.list("misses"), strings.Join(c.captures, ", "), differs(s.Header))
		}
	}
	if err := os.WriteFile(filepath.Join(pages, "README.md"), []byte(overview.String()), 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(pages, "evidence.md"), []byte(evidence.String()), 0o644)
}

const overviewHead = `# Alerts

Every alert that Tocsin raises by itself. Severity and throttle are the defaults; the limits on each page are changed in
` + "`tocsin.yaml`" + ` ([configuration](../configuration.md)). What each was tried on is in [evidence](evidence.md).

| Alert | What it is | Class | Severity | At most |
|---|---|---|---|---|
`

const evidenceHead = `# What the detectors were tried on

The cases are beside each detector's code, in its folder ` + "`testdata`" + `, and run with every change. Captures are those that a case is cut from.

| Alert | Fires on | Quiet on | Known to miss | Real captures | Kismet |
|---|---|---|---|---|---|
`

func throttle(s detect.Spec) string {
	if s.Throttle.Limit.Count == 0 {
		return "off"
	}
	return s.Throttle.String()
}

// page is the page of one alert: its text, with what its definition says.
func page(s detect.Spec) string {
	var b strings.Builder
	title, text, _ := strings.Cut(app.Page(s.Header), "\n")
	fmt.Fprintf(&b, "%s: %s\n\n%s, %s", title, s.Title, s.Class, s.Severity)
	if s.Confidence > 0 {
		fmt.Fprintf(&b, ", confidence %d %% unless the finding says otherwise", s.Confidence)
	}
	fmt.Fprintf(&b, "; at most %s.", throttle(s))
	if len(s.Attack) > 0 {
		fmt.Fprintf(&b, " MITRE ATT&CK %s.", strings.Join(s.Attack, ", "))
	}
	if len(s.Explains) > 0 {
		fmt.Fprintf(&b, " On the same network at the same time it explains %s.", strings.Join(s.Explains, ", "))
	}
	if s.Gaps {
		b.WriteString(" What the sensor did not hear can make it wrong: while a sensor spends less than half of its time on the channel it is less sure, and says so.")
	}
	fmt.Fprintf(&b, "\n%s", text)
	if limits := s.Limits(); len(limits) > 0 {
		b.WriteString("\n## Limits\n\n| Limit | Default | Least | Meaning |\n|---|---|---|---|\n")
		for _, l := range limits {
			fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", l.Name, l.Default, l.Min, l.Help)
		}
	}
	return b.String()
}

// differs returns the first sentence of an alert's page that speaks of Kismet, "" if none does.
func differs(header string) string {
	text, _, _ := strings.Cut(app.Page(header), "\n## References")
	for _, block := range strings.Split(text, "\n\n") {
		for _, item := range strings.Split(block, "\n- ") {
			line := strings.Join(strings.Fields(item), " ")
			for sentence := range strings.SplitSeq(line, ". ") {
				if strings.Contains(sentence, "Kismet") {
					return strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(sentence, "- "), "."), "|", "\\|") + "."
				}
			}
		}
	}
	return ""
}
