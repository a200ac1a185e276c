// Package testclient speaks parlor.v1 for tests, from the protocol's documentation alone: it shares no code with the server's codec, so
// that it notices when the two drift apart.
package testclient
