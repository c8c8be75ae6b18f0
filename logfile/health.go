// Package logfile holds what logs that are written beside the detection have in common: names that are new, and how people
// are told that one cannot be written.
package logfile

import (
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// tellEvery is how often a log speaks of what it lost.
const tellEvery = time.Minute

// Health tells people whether a log is written: once when it cannot be, once when it can again, and now and then of what
// is missing. It belongs to the goroutine that writes the log.
type Health struct {
	Log    string // the file, or the pattern of the files
	Say    func(flags tocsin.MessageFlags, text string)
	Tell   func(d *tocsin.Definition, subject, text string) bool // raises an alert
	Logger *slog.Logger

	failing bool
	told    uint64
	toldAt  time.Time
}

// Failed notes that the log cannot be written.
func (h *Health) Failed(err error) {
	if h.failing {
		h.Logger.Debug("log not written", "path", h.Log, "error", err)
		return
	}
	h.failing = true
	h.Logger.Error("log not written", "path", h.Log, "error", err)
	h.Tell(&tocsin.LogDisabled, strconv.Quote(h.Log),
		fmt.Sprintf("The log %q cannot be written: %s. It goes on when it can; what is missing is counted", h.Log, err))
}

// Written notes that the log is written.
func (h *Health) Written() {
	if !h.failing {
		return
	}
	h.failing = false
	h.Logger.Info("log written again", "path", h.Log)
	h.Say(tocsin.MessageInfo, fmt.Sprintf("The log %q is written again", h.Log))
}

// Lacks says how much is missing when that has grown; what puts it in words.
func (h *Health) Lacks(now time.Time, lost uint64, what string) {
	if lost > h.told && now.Sub(h.toldAt) >= tellEvery {
		h.told, h.toldAt = lost, now
		h.Say(tocsin.MessageError, fmt.Sprintf("The log %q lacks %s", h.Log, what))
	}
}
