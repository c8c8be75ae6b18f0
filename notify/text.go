package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
)

// Title is the message in one line, for those that have no more room: a subject, a push.
func (m *Message) Title() string {
	if len(m.Cases) == 0 {
		return fmt.Sprintf("Tocsin: %d more incidents", m.More)
	}
	first := &m.Cases[0]
	title := fmt.Sprintf("%s: %s", first.Severity, first.Title)
	switch m.Kind {
	case Reminder:
		title = "Still open: " + title
	case Relief:
		title = "Over: " + title
	case Test:
		title = "Test: " + title
	}
	if n := len(m.Cases) + m.More - 1; n > 0 {
		title += fmt.Sprintf(" and %d more", n)
	}
	return title
}

// namedInText is how many cases the text tells in full.
const namedInText = 5

// Text is the message in plain text: who did what to whom, how sure that is and why, and what to do.
func (m *Message) Text() string {
	var b strings.Builder
	for i := range m.Cases[:min(len(m.Cases), namedInText)] {
		if i > 0 {
			b.WriteString("\n\n")
		}
		m.Cases[i].write(&b, m.Kind)
	}
	if n := m.More + max(0, len(m.Cases)-namedInText); n > 0 {
		fmt.Fprintf(&b, "\n\nand %d more", n)
	}
	if m.Kind == News || m.Kind == Reminder {
		if advice := m.advice(); advice != "" {
			b.WriteString("\n\nWhat to do: " + advice)
		}
	}
	return strings.TrimLeft(b.String(), "\n")
}

// advice is that of the worst case.
func (m *Message) advice() string {
	if len(m.Cases) == 0 {
		return ""
	}
	return m.Cases[0].Advice
}

func (c *Case) write(b *strings.Builder, k Kind) {
	fmt.Fprintf(b, "%s %s (%d %% sure)\n%s", c.Severity, c.Title, c.Confidence, c.Text)
	if c.Reason.Observed != "" {
		fmt.Fprintf(b, "\nSeen: %s: %s", c.Reason.What, c.Reason.Observed)
		if c.Reason.Limit != "" {
			fmt.Fprintf(b, ", limit %s", c.Reason.Limit)
		}
	}
	where := []string{}
	if c.Site != "" {
		where = append(where, "site "+c.Site)
	}
	if len(c.Sensors) > 0 {
		where = append(where, "heard by "+strings.Join(c.Sensors, ", "))
	}
	if c.Channel != "" && c.Channel != "0" {
		where = append(where, "channel "+c.Channel)
	}
	if len(where) > 0 {
		b.WriteString("\n" + strings.Join(where, ", "))
	}
	fmt.Fprintf(b, "\nsince %s", c.First.Format(time.DateTime+" MST"))
	if k != News || c.Count > 1 {
		fmt.Fprintf(b, ", %d times, last %s", c.Count, c.Last.Format(time.DateTime+" MST"))
	}
	if c.Link != "" {
		b.WriteString("\n" + c.Link)
	}
}

// GroupKey names the group in a form that all services take.
func (m *Message) GroupKey() string {
	sum := sha256.Sum256([]byte(m.Group))
	return hex.EncodeToString(sum[:16])
}
