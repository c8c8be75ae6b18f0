package config

import (
	"fmt"
	"maps"
	"slices"

	"github.com/tocsin-wids/tocsin"
)

func (c *Config) addPolicy(d document) []error {
	var problems []error
	for i, n := range d.Policy.Networks {
		rule, err := networkRule(n)
		if err != nil {
			problems = append(problems, fmt.Errorf("policy.networks[%d] %s: %w", i, n.Name, err))
			continue
		}
		c.Policy.Networks = append(c.Policy.Networks, rule)
	}
	for i, n := range d.Policy.Canaries {
		pattern, err := n.pattern()
		if err != nil {
			problems = append(problems, fmt.Errorf("policy.canaries[%d] %s: %w", i, n.Name, err))
			continue
		}
		c.Policy.Canaries = append(c.Policy.Canaries, tocsin.CanaryRule{Name: n.name(), SSID: pattern})
	}
	return problems
}

func networkRule(n networkDocument) (tocsin.NetworkRule, error) {
	pattern, err := n.pattern()
	if err != nil {
		return tocsin.NetworkRule{}, err
	}
	allowed, err := macs(n.MACs)
	if err != nil {
		return tocsin.NetworkRule{}, err
	}
	return tocsin.NetworkRule{Name: n.name(), SSID: pattern, Allowed: allowed}, nil
}

// name falls back to the SSID, so that an alert can always say which rule it broke.
func (s ssidDocument) name() string {
	if s.Name != "" {
		return s.Name
	}
	return s.SSID + s.Regexp
}

func (s ssidDocument) pattern() (tocsin.SSIDPattern, error) {
	switch {
	case s.SSID != "" && s.Regexp != "":
		return tocsin.SSIDPattern{}, fmt.Errorf("give ssid or ssid_regexp, not both")
	case s.SSID != "":
		return tocsin.LiteralSSID(s.SSID), nil
	case s.Regexp != "":
		return tocsin.CompileSSID(s.Regexp)
	}
	return tocsin.SSIDPattern{}, fmt.Errorf("ssid or ssid_regexp is missing")
}

func macs(list []string) ([]tocsin.MACMask, error) {
	if len(list) == 0 {
		return nil, fmt.Errorf("the list of MAC addresses is empty: every access point of the network would be an impostor")
	}
	var masks []tocsin.MACMask
	for _, text := range list {
		m, err := tocsin.ParseMACMask(text)
		if err != nil {
			return nil, err
		}
		masks = append(masks, m)
	}
	return masks, nil
}

func (c Config) clone() Config {
	c.Server.Sources = slices.Clone(c.Server.Sources)
	c.Alerts.Throttles = maps.Clone(c.Alerts.Throttles)
	c.Detectors = maps.Clone(c.Detectors)
	c.Policy.Networks = slices.Clone(c.Policy.Networks)
	c.Policy.Canaries = slices.Clone(c.Policy.Canaries)
	return c
}
