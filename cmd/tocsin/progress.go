package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"
)

// progress draws one line on a terminal and nothing elsewhere.
type progress struct {
	w     io.Writer
	start time.Time
	drawn time.Time
	width int
}

func newProgress(w io.Writer) *progress {
	p := &progress{start: time.Now()}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.w = w
	}
	return p
}

// show tells that done of total octets are read; a total of 0 is unknown.
func (p *progress) show(done, total int64) {
	if p.w == nil || time.Since(p.drawn) < 100*time.Millisecond {
		return
	}
	p.drawn = time.Now()
	line := fmt.Sprintf("%d MB", done>>20)
	if total > 0 {
		const cells = 30
		part := min(max(float64(done)/float64(total), 0), 1)
		full := int(part * cells)
		line = fmt.Sprintf("[%s%s] %3.0f %%", strings.Repeat("#", full), strings.Repeat(" ", cells-full), part*100)
		if took := time.Since(p.start); part > 0.02 && took > time.Second {
			left := time.Duration(float64(took) * (1 - part) / part)
			line += fmt.Sprintf("  %s left", left.Round(time.Second))
		}
	}
	fmt.Fprintf(p.w, "\r%-*s", p.width, line)
	p.width = max(p.width, len(line))
}

func (p *progress) clear() {
	if p.w != nil && p.width > 0 {
		fmt.Fprintf(p.w, "\r%s\r", strings.Repeat(" ", p.width))
	}
}
