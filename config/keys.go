package config

import (
	"fmt"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"github.com/tocsin-wids/tocsin"
)

// document reads the whole of a tocsin.yaml. printer.config knows the same keys; a test compares the two.
func (r *yamlReader) document(n *yaml.Node) {
	r.mapping("", n, keys{
		"server": r.server, "store": r.store, "logs": r.logs, "gps": r.texts(&r.draft.config.GPS), "alerts": r.alerts, "detectors": r.detectors, "policy": r.policy,
		"notify": r.notify,
	}, nil)
}

func (r *yamlReader) server(key string, n *yaml.Node) {
	s := &r.draft.config.Server
	r.mapping(key, n, keys{
		"listen":      r.text(&s.Listen),
		"data":        r.text(&s.Data),
		"name":        r.text(&s.Name),
		"description": r.text(&s.Description),
		"location":    r.text(&s.Location),
		"sources":     r.texts(&s.Sources),
		"uri_prefix":  r.text(&s.URIPrefix),
		"queue": func(key string, n *yaml.Node) {
			r.mapping(key, n, keys{"limit": r.number(&s.Queue.Limit), "warning": r.number(&s.Queue.Warning)}, nil)
		},
		"remote": func(key string, n *yaml.Node) {
			r.mapping(key, n, keys{
				"enabled": r.boolean(&s.Remote.Enabled), "listen": r.text(&s.Remote.Listen), "keep_time": r.boolean(&s.Remote.KeepTime),
			}, nil)
		},
		"kismet_login":  r.text(&s.KismetLogin),
		"kismet_tokens": r.text(&s.KismetTokens),
		"tls": func(key string, n *yaml.Node) {
			r.mapping(key, n, keys{"cert": r.text(&s.TLS.Cert), "key": r.text(&s.TLS.Key)}, nil)
		},
		"acme": func(key string, n *yaml.Node) {
			r.mapping(key, n, keys{"domains": r.texts(&s.ACME.Domains), "email": r.text(&s.ACME.Email)}, nil)
		},
		"cors": func(key string, n *yaml.Node) {
			r.mapping(key, n, keys{"allow": r.boolean(&s.CORS.Allow), "origin": r.text(&s.CORS.Origin)}, nil)
		},
	}, nil)
}

func (r *yamlReader) store(key string, n *yaml.Node) {
	s := &r.draft.config.Store
	r.mapping(key, n, keys{"path": r.text(&s.Path), "retention": r.duration(&s.Retention)}, nil)
}

func (r *yamlReader) logs(key string, n *yaml.Node) {
	k, p := &r.draft.config.Logs.KismetDB, &r.draft.config.Logs.PcapNG
	r.mapping(key, n, keys{
		"kismetdb": func(key string, n *yaml.Node) {
			r.mapping(key, n, keys{
				"enabled": r.boolean(&k.Enabled), "file": r.text(&k.File), "alerts": r.boolean(&k.Alerts),
				"messages": r.boolean(&k.Messages), "packets": r.boolean(&k.Packets), "system": r.boolean(&k.System),
			}, nil)
		},
		"pcapng": func(key string, n *yaml.Node) {
			r.mapping(key, n, keys{
				"enabled": r.boolean(&p.Enabled), "file": r.text(&p.File), "file_mb": r.number(&p.FileMB), "file_age": r.duration(&p.FileAge),
				"total_mb": r.number(&p.TotalMB), "frames": r.text(&p.Frames), "only": r.masks(&p.Only), "exclude": r.masks(&p.Exclude),
			}, nil)
		},
	}, nil)
}

// masks reads a list of addresses.
func (r *yamlReader) masks(to *[]tocsin.MACMask) setter {
	return func(key string, n *yaml.Node) {
		var words []string
		r.texts(&words)(key, n)
		if len(words) == 0 {
			*to = nil
			return
		}
		list, err := macs(words)
		if err != nil {
			r.mistake(key, n, "%w", err)
			return
		}
		*to = list
	}
}

func (r *yamlReader) alerts(key string, n *yaml.Node) {
	a := &r.draft.config.Alerts
	r.mapping(key, n, keys{
		"backlog": r.number(&a.Backlog),
		"quiet":   r.duration(&a.Quiet),
		"throttle": func(key string, n *yaml.Node) {
			r.mapping(key, n, nil, r.throttle)
		},
		"at_start": func(key string, n *yaml.Node) {
			r.list(key, n, func(item string, n *yaml.Node) {
				var s StartAlert
				r.mapping(item, n, keys{"header": r.text(&s.Header), "text": r.text(&s.Text)}, nil)
				s.Header = strings.ToUpper(s.Header) // as definitions are kept
				r.set(fmt.Sprintf("%s[%d]", key, len(a.AtStart)), n)
				a.AtStart = append(a.AtStart, s)
			})
		},
	}, nil)
}

func (r *yamlReader) throttle(name, key string, n *yaml.Node) {
	text, ok := r.scalar(key, n, "a throttle such as 5/min,1/sec")
	if !ok {
		return
	}
	t, err := tocsin.ParseThrottle(text)
	if err == nil {
		err = r.draft.throttle(name, t, r.place(n))
	}
	if err != nil {
		r.mistake(key, n, "%w", err)
	}
}

// throttle sets that of the alert name; the last one counts.
func (d *Draft) throttle(name string, t tocsin.Throttle, place string) error {
	if name == "" || strings.ContainsFunc(name, unicode.IsControl) {
		return fmt.Errorf("%s is no name of an alert", shown(name))
	}
	name = strings.ToUpper(name)
	d.config.Alerts.Throttles[name] = t
	d.origins["alerts.throttle."+name] = place
	return nil
}

// detectors takes any name: whether there is such a detector only the catalogue can tell, to Config.Validate.
func (r *yamlReader) detectors(key string, n *yaml.Node) {
	r.mapping(key, n, nil, func(written, _ string, n *yaml.Node) {
		name := strings.ToUpper(written)
		key := "detectors." + name
		enabled, limits := true, map[string]any{}
		r.set(key, n)
		r.mapping(key, n, keys{
			"enabled": r.boolean(&enabled),
			"limits": func(key string, n *yaml.Node) {
				r.mapping(key, n, nil, r.limit(limits))
			},
		}, nil)
		if len(limits) == 0 {
			limits = nil
		}
		c := &r.draft.config
		if c.Detectors == nil {
			c.Detectors = map[string]Detector{}
		}
		c.Detectors[name] = Detector{Off: !enabled, Limits: limits}
	})
}

// policy reads SSIDs raw, since one may hold any octet; names and addresses may not.
func (r *yamlReader) policy(key string, n *yaml.Node) {
	p := &r.draft.config.Policy
	r.mapping(key, n, keys{
		"networks": func(key string, n *yaml.Node) {
			r.list(key, n, func(item string, n *yaml.Node) {
				var rule networkWords
				r.entry(item, n, keys{
					"name": r.text(&rule.name), "ssid": r.raw(&rule.ssid), "ssid_regexp": r.raw(&rule.regexp), "macs": r.texts(&rule.macs),
					"channels": r.texts(&rule.channels), "security": r.texts(&rule.security),
				})
				keep(r, key, &p.Networks, rule.rule, item, n)
			})
		},
		"canaries": func(key string, n *yaml.Node) {
			r.list(key, n, func(item string, n *yaml.Node) {
				var rule canaryWords
				r.entry(item, n, keys{
					"name": r.text(&rule.name), "ssid": r.raw(&rule.ssid), "ssid_regexp": r.raw(&rule.regexp),
				})
				keep(r, key, &p.Canaries, rule.rule, item, n)
			})
		},
		"devices": func(key string, n *yaml.Node) {
			r.list(key, n, func(item string, n *yaml.Node) {
				var rule deviceWords
				r.entry(item, n, keys{
					"name": r.text(&rule.name), "mac": r.text(&rule.mac), "found": r.boolean(&rule.found), "lost": r.boolean(&rule.lost),
					"timeout": r.positive(&rule.timeout), "severity": r.text(&rule.severity),
				})
				keep(r, key, &p.Devices, rule.rule, item, n)
			})
		},
	}, nil)
}

// entry reads a rule. What is wrong with one of its values is told with the rule's name, if it has one.
func (r *yamlReader) entry(item string, n *yaml.Node, known keys) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if n.Content[i].Value == "name" {
				r.rule = n.Content[i+1].Value
			}
		}
	}
	r.mapping(item, n, known, nil)
	r.rule = ""
}

// keep makes a rule of what was read and puts it behind the others of its list.
func keep[T any](r *yamlReader, key string, list *[]T, rule func() (T, error), item string, n *yaml.Node) {
	if r.nodes >= maxNodes {
		return
	}
	made, err := rule()
	if err != nil {
		r.mistake(item, n, "%w", err)
		return
	}
	r.set(fmt.Sprintf("%s[%d]", key, len(*list)), n)
	*list = append(*list, made)
}
