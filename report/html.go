package report

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

//go:embed report.html
var page string

// HTML prints one self-contained page without scripts: what came off the air cannot act in it.
func HTML(w io.Writer, files []File, o Options) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"summary": summary,
		"verdict": verdict,
		"quote":   func(s string) string { return tocsin.Quote([]byte(s)) },
		"guide":   o.guide,
		"because": because,
		"done":    done,
		"at":      func(t time.Time) string { return o.at(t).Format("2006-01-02 15:04:05 MST") },
		"grouped": grouped,
		"lower":   func(s tocsin.Severity) string { return strings.ToLower(s.String()) },
	}).Parse(page)
	if err != nil {
		return err
	}
	return t.Execute(w, files)
}
