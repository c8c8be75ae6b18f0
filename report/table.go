package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
)

// Table prints the incidents of each file for people.
func Table(w io.Writer, files []File, o Options) error {
	if o.Width == 0 {
		o.Width = 100
	}
	b := bufio.NewWriter(w)
	for i, f := range files {
		if i > 0 {
			fmt.Fprintln(b)
		}
		writeFile(b, f, o)
	}
	return b.Flush()
}

func writeFile(w io.Writer, f File, o Options) {
	fmt.Fprintf(w, "%s  %s\n", paint(o, bold, tocsin.Quote([]byte(f.Name))), summary(f))
	for _, text := range f.Warnings {
		fmt.Fprintf(w, "  %s %s\n", paint(o, yellow, "warning:"), text)
	}
	if f.Error != nil {
		fmt.Fprintf(w, "  %s %s\n", paint(o, red, "stopped:"), f.Error)
	}
	if len(f.Incidents) == 0 {
		fmt.Fprintf(w, "  %s\n", verdict(f))
	}
	for _, i := range f.Causes() {
		writeIncident(w, f, i, o)
	}
}

// verdict says what a file without incidents lets one believe: silence about packets that nobody read is no all-clear.
func verdict(f File) string {
	switch {
	case f.Packets == 0:
		return "Nothing was read, so this says nothing about attacks."
	case f.Error != nil:
		return "No attack found in what was read."
	}
	return "No attack found."
}

func summary(f File) string {
	s := fmt.Sprintf("%s packets, %s of air, %s", grouped(f.Packets), span(f.Span()), plural(f.Networks, "network"))
	if n := len(f.Causes()); n > 0 {
		s += ", " + plural(n, "incident")
	}
	return s
}

func writeIncident(w io.Writer, f File, i tocsin.Incident, o Options) {
	a := i.Last
	const indent = "           "
	times := o.at(i.FirstSeen).Format("2006-01-02 15:04:05")
	if d := i.LastSeen.Sub(i.FirstSeen); d >= time.Second {
		times += " for " + span(d)
	}
	count := ""
	if i.Count > 1 {
		count = fmt.Sprintf(", %s times", grouped(i.Count))
	}
	fmt.Fprintf(w, "\n  %s %s  %s%s\n", paint(o, colourOf(i.MaxSeverity), fmt.Sprintf("%-8s", i.MaxSeverity)),
		paint(o, bold, a.Header), times, count)
	writeWrapped(w, indent, a.Text, o.Width)
	if why := because(a); why != "" {
		writeWrapped(w, indent, "Why: "+why, o.Width)
	}
	if effects := f.Effects(i); effects != "" {
		writeWrapped(w, indent, "Explains: "+effects, o.Width)
	}
	if advice := o.guide(a.Header).Advice; advice != "" {
		writeWrapped(w, indent, "Do: "+advice, o.Width)
	}
}

// because says in one line how sure an alert is and what it rests on.
func because(a *tocsin.Alert) string {
	var parts []string
	if a.Reason.What != "" {
		s := a.Reason.What
		if a.Reason.Observed != "" {
			s += ": " + a.Reason.Observed
		}
		if a.Reason.Limit != "" {
			s += ", limit " + a.Reason.Limit
		}
		parts = append(parts, s)
	}
	if a.Confidence > 0 {
		parts = append(parts, fmt.Sprintf("confidence %d %%", a.Confidence))
	}
	if len(a.Frames) > 0 {
		parts = append(parts, "frames "+frames(a.Frames))
	}
	return strings.Join(parts, "; ")
}

// frames lists the first few frame numbers, as Wireshark counts them.
func frames(list []uint64) string {
	const most = 5
	var b strings.Builder
	for i, n := range list {
		if i == most {
			return b.String() + " …"
		}
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprint(&b, n)
	}
	return b.String()
}

func writeWrapped(w io.Writer, indent, text string, width int) {
	room := max(width-len(indent), 40)
	line := indent
	used := 0
	for word := range strings.FieldsSeq(text) {
		n := len([]rune(word))
		if used > 0 && used+1+n > room {
			fmt.Fprintln(w, line)
			line, used = indent, 0
		}
		if used > 0 {
			line, used = line+" ", used+1
		}
		line, used = line+word, used+n
	}
	fmt.Fprintln(w, line)
}

// ANSI colours.
const (
	bold   = "1"
	red    = "31;1"
	yellow = "33"
	cyan   = "36"
)

func colourOf(s tocsin.Severity) string {
	switch {
	case s >= tocsin.High:
		return red
	case s >= tocsin.Medium:
		return yellow
	}
	return cyan
}

func paint(o Options, colour, s string) string {
	if !o.Colour {
		return s
	}
	return "\x1b[" + colour + "m" + s + "\x1b[0m"
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(uint64(n)) + " " + noun + "s"
}

// grouped writes n with a comma between groups of three digits.
func grouped(n uint64) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// span writes d with two units at most.
func span(d time.Duration) string {
	d = max(d, 0)
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d.Hours())/24)
}
