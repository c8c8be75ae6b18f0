package remote

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/capture/remote/wire"
)

// control takes a frame that is no packet. The error is why the session ends.
func (c *session) control(h wire.Header, payload []byte) error {
	switch {
	case h.Command == wire.Message:
		return c.message(payload)
	case h.Command == wire.Error:
		return c.error(h, payload)
	case h.Command == wire.OpenReport:
		return c.openReport(h, payload)
	case h.Command == wire.ConfigReport:
		return c.configReport(h, payload)
	case h.Command == wire.Pong, h.Command == wire.ProbeReport:
		c.out.answered(h.Sequence)
	case h.Command == wire.Ping:
		c.out.pong(h.Sequence)
	case h.Command == wire.Shutdown:
		text, _ := wire.DecodeText(payload)
		return wrong("it shuts down: %s", tocsin.Quote([]byte(text)))
	case h.Command == wire.NewSource:
		return wrong("it announces a second source")
	case h.Command.FromServer():
		return wrong("it sends command %d, which is a server's", h.Command)
	}
	return nil // other commands are of helpers that are no sensors
}

// message hands on what the tool has to say.
func (c *session) message(payload []byte) error {
	m, err := wire.DecodeMessage(payload)
	if err != nil {
		return &mistake{err}
	}
	if c.source.kind == fileKind && strings.Contains(m.Text, overMark) {
		c.over = true
		return c.flush()
	}
	missed, ok := c.notices.allow()
	if !ok {
		return nil
	}
	flags := tocsin.MessageError // a sensor raises no alerts here
	if f := tocsin.MessageFlags(m.Severity); f == tocsin.MessageDebug || f == tocsin.MessageInfo {
		flags = f
	}
	text := fmt.Sprintf("The sensor %s says %s", c.source.called(), tocsin.Quote([]byte(m.Text)))
	if missed > 0 {
		text += fmt.Sprintf("; %d messages before are left out", missed)
	}
	c.server.o.Say(flags, text)
	return nil
}

// error notes what the sensor could not do. If the connection ends then, that was why.
func (c *session) error(h wire.Header, payload []byte) error {
	text, err := wire.DecodeText(payload)
	if err != nil {
		return &mistake{err}
	}
	if text == "" {
		text = "an error without a text"
	}
	c.trouble, c.since = text, time.Now()
	if r := c.out.answered(h.Sequence); r != nil {
		r.done(fmt.Errorf("the sensor reports %s", tocsin.Quote([]byte(text))))
	}
	return nil
}

func (c *session) openReport(h wire.Header, payload []byte) error {
	o, err := wire.DecodeOpened(payload)
	if err != nil {
		return &mistake{err}
	}
	c.out.answered(h.Sequence)
	switch {
	case h.Code != 1:
		return wrong("it cannot open its source: %s", tocsin.Quote([]byte(o.Text)))
	case c.opened.Swap(true):
		return nil
	}
	if err := c.hand(nil); err != nil {
		return err
	}
	first, lacks := c.source.opened(o)
	if lacks != nil {
		c.server.o.Say(tocsin.MessageError, fmt.Sprintf("The sensor %s cannot listen to channels %s, which are left out", c.source.called(), quoted(lacks)))
	}
	if first.empty() {
		return nil
	}
	c.out.request(wire.ConfigRequest, first.request().Payload(), func(err error) {
		if err != nil {
			c.server.o.Say(tocsin.MessageError, fmt.Sprintf("The sensor %s does not listen where it is to: %s", c.source.called(), err))
		}
	})
	return nil
}

func (c *session) configReport(h wire.Header, payload []byte) error {
	t, err := wire.DecodeTuned(payload)
	if err != nil {
		return &mistake{err}
	}
	r := c.out.answered(h.Sequence)
	if h.Code != 1 && h.Sequence != 0 {
		err = errors.New("the sensor does not say why not")
		if t.Text != "" {
			err = fmt.Errorf("the sensor reports %s", tocsin.Quote([]byte(t.Text)))
		}
	} else {
		c.source.tuned(t)
	}
	if r != nil {
		r.done(err)
	}
	return nil
}

// quoted returns channels for people: they may come from a sensor.
func quoted(list []string) string {
	const most = 10
	var texts []string
	for _, c := range list[:min(len(list), most)] {
		texts = append(texts, tocsin.Quote([]byte(c)))
	}
	text := strings.Join(texts, ", ")
	if len(list) > most {
		text += fmt.Sprintf(" and %d more", len(list)-most)
	}
	return text
}
