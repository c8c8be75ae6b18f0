package api

import (
	"net/http"
	"time"
)

// readerPatience is how long a reader may take for what is written at once.
const readerPatience = time.Minute

// Lasting is an answer that may take long, as long as its reader goes on reading.
type Lasting struct {
	w       http.ResponseWriter
	control *http.ResponseController
}

// NewLasting returns what writes to w.
func NewLasting(w http.ResponseWriter) *Lasting { return &Lasting{w, http.NewResponseController(w)} }

func (l *Lasting) Write(b []byte) (int, error) {
	// A writer without deadlines has none to move.
	_ = l.control.SetWriteDeadline(time.Now().Add(readerPatience))
	return l.w.Write(b)
}

// Flush sends what was written so far.
func (l *Lasting) Flush() error { return l.control.Flush() }
