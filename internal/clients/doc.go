// Package clients is the tests that run real clients, unmodified, against the real server: npm's ws, Python's requests,
// curl and Chromium, and ten thousand subscribers at once.
//
// A test whose client is not installed is skipped and says so; `make deps` installs them. With -v each tells what the
// client sent and got. The large load test runs when TOCSIN_SUBSCRIBERS names how many, see load_test.go.
package clients
