package events

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/coder/websocket"

	"github.com/tocsin-wids/tocsin"
	"github.com/tocsin-wids/tocsin/api"
)

// command is what a client asks for.
type command struct {
	subscribe, unsubscribe string
	format                 string
	fields                 any
}

// command obeys one message of the client.
func (c *client) command(b []byte) {
	v, err := decode(b)
	if err != nil {
		if c.hub.say.AllowN(c.hub.o.Now(), 1) {
			c.hub.o.Say(tocsin.MessageError, "A websocket client sent what is not JSON: "+err.Error())
		}
		return
	}
	cmd, err := parse(v)
	if err != nil {
		c.end(websocket.StatusPolicyViolation, err.Error())
		return
	}
	if cmd.subscribe != "" {
		c.subscribe(cmd)
	}
	if cmd.unsubscribe != "" {
		c.hub.unsubscribe(c, cmd.unsubscribe)
	}
}

// decode reads the first value in b; what follows it is passed over.
func decode(b []byte) (any, error) {
	var v any
	err := json.NewDecoder(bytes.NewReader(b)).Decode(&v)
	return v, err
}

// parse reads a command. Members that are null count as absent.
func parse(v any) (command, error) {
	if v == nil {
		return command{}, nil
	}
	o, ok := v.(map[string]any)
	if !ok {
		return command{}, fmt.Errorf("expected a JSON object")
	}
	cmd := command{format: "json", fields: o["fields"]}
	for _, m := range []struct {
		name string
		to   *string
	}{{"SUBSCRIBE", &cmd.subscribe}, {"UNSUBSCRIBE", &cmd.unsubscribe}, {"format", &cmd.format}} {
		if o[m.name] == nil {
			continue
		}
		if *m.to, ok = o[m.name].(string); !ok {
			return command{}, fmt.Errorf("expected %s to be a string", m.name)
		}
	}
	return cmd, nil
}

func (c *client) subscribe(cmd command) {
	if len(cmd.subscribe) > maxTopic {
		c.tell("The name of the topic is too long")
		return
	}
	format, ok := api.ParseFormat(cmd.format)
	if !ok {
		c.tell(fmt.Sprintf("Not subscribed to %s: there is no format %.32q", cmd.subscribe, cmd.format))
		return
	}
	choices, err := api.ParseChoices(cmd.fields)
	if err != nil {
		c.tell(fmt.Sprintf("Not subscribed to %s: %v", cmd.subscribe, err))
		return
	}
	fields, _ := json.Marshal(choices)
	if !c.hub.subscribe(c, cmd.subscribe, shapeKey{cmd.format, string(fields)}, format, choices) {
		c.tell(fmt.Sprintf("Not subscribed to %s: at most %d topics", cmd.subscribe, maxTopics))
	}
}
