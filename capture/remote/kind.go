package remote

import "strings"

// Kinds of sources that are treated in a way of their own. Of any other kind those packets are taken whose link type is known.
const (
	fileKind    = "pcapfile"
	archiveKind = "kismetdb"
)

// tunable reports whether tools of a kind can be told where to listen. Others crash when they are.
func tunable(kind string) bool {
	return kind == "linuxwifi" || kind == "openbsdwifi" || kind == "osxcorewlanwifi"
}

// isKind reports whether text can be the name of a kind: a word.
func isKind(text string) bool {
	return text != "" && len(text) <= 32 && strings.Trim(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}

// overMark is in what the tool for files says when it has sent all.
const overMark = "closed: end of pcapfile reached"
