package kismet

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escapeHTML escapes as compatible clients have seen it.
var escapeHTML = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "/", "&#x2F;")

// maxShown is how many bytes of what a client sent are said again.
const maxShown = 128

// oneLine reports whether nothing in s could be taken for more than text.
func oneLine(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}

// shown returns s for an answer: short, one line, and nothing that a terminal or a page could take for more than text.
func shown(s string) string {
	if len(s) > maxShown {
		s = s[:maxShown]
	}
	return escapeHTML.Replace(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s))
}

func writePage(w http.ResponseWriter, r *http.Request, status int, path string) {
	title, heading, about := "404 not found", "404 Not Found", ""
	switch status {
	case http.StatusUnauthorized:
		title, heading = "401 Permission denied", "401 Permission denied"
		about = "<p>A login is needed here, or another one.</p>"
		// A challenge makes browsers open a box of their own; wget sends its password only when challenged.
		if strings.HasPrefix(r.UserAgent(), "Wget") {
			w.Header().Set("WWW-Authenticate", "Basic realm=Kismet")
		}
	case http.StatusMethodNotAllowed:
		title, heading = "405 Incorrect method", "405 Incorrect method"
	default:
		about = "<p>There is no <code>" + shown(path) + "</code> here.</p>"
	}
	body := fmt.Sprintf("<html><head><title>%s</title></head><body><h1>%s</h1>%s</body></html>\n", title, heading, about)
	writeBody(w, status, "text/html", body)
}

func writeText(w http.ResponseWriter, status int, body string) { writeBody(w, status, plainText, body) }

func writeBody(w http.ResponseWriter, status int, media, body string) {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	io.WriteString(w, body)
}
