// Package auth knows who sent a request: the one administrator, by name and password or by the session that these
// opened, or the holder of an API token.
//
// # Concurrency
//
// A Keeper is safe for concurrent use. At most two passwords are hashed at a time. Several processes may use one file:
// each sees at its next request what another has changed. Its locks nest in this order: changing, the lock of the folder,
// loading, mu. None is held while a password is hashed.
//
// # Memory
//
// What watches a connection takes some hundred bytes. Sessions are at most 3, tokens 1024, addresses that are remembered for their wrong passwords 4096.
//
// # Format
//
// One JSON file holds the login and the tokens, both hashed; only its owner may read it.
package auth
