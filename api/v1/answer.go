package v1

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
)

// answer collects an answer, so that it is sent whole, with its length and a tag by which a client can ask whether it
// changed.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header         { return a.header }
func (a *answer) Write(b []byte) (int, error) { return a.body.Write(b) }

func (a *answer) WriteHeader(status int) {
	// The framework's word for a parameter that it cannot accept; it is for contents that are understood but wrong
	// (RFC 9110 §15.5.21).
	if status == http.StatusUnprocessableEntity {
		status = http.StatusBadRequest
	}
	a.status = status
}

func (a *answer) send(w http.ResponseWriter, r *http.Request) {
	b := a.body.Bytes()
	if a.status == http.StatusOK && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		sum := sha256.Sum256(b)
		tag := `"` + hex.EncodeToString(sum[:16]) + `"`
		a.header.Set("ETag", tag)
		a.header.Set("Cache-Control", "private, no-cache")
		a.header.Set("Vary", "Authorization, Cookie")
		if matches(r.Header["If-None-Match"], tag) {
			a.header.Del("Content-Type")
			w.WriteHeader(http.StatusNotModified)
			return
		}
	} else {
		a.header.Set("Cache-Control", "no-store")
	}
	a.header.Set("Content-Length", strconv.Itoa(len(b)))
	w.WriteHeader(a.status)
	if r.Method != http.MethodHead {
		w.Write(b)
	}
}

// matches compares tags weakly, as RFC 9110 §13.1.2 wants it.
func matches(lines []string, tag string) bool {
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ",") {
			one = strings.TrimSpace(one)
			if one == "*" || strings.TrimPrefix(one, "W/") == tag {
				return true
			}
		}
	}
	return false
}
