package auth

// ParseKismet is for the fuzz test.
var ParseKismet = parseKismet
