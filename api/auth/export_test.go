package auth

import "time"

// ParseKismet and ParseKismetTokens are for the fuzz tests.
var ParseKismet, ParseKismetTokens = parseKismet, parseKismetTokens

func (t *storedToken) Validate() error            { return t.validate() }
func (t *storedToken) Expired(now time.Time) bool { return t.expired(now) }
