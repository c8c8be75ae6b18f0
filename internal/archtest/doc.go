// Package archtest holds the rules of ARCHITECTURE.md as tests: which package may import which, how large files and
// functions grow, and what the frame path must not do.
package archtest
