// Package memnet is a network in memory, and WebSocket clients on it that take a few hundred bytes and no goroutine: a million of them fit
// beside the node that they visit, and what they allocate is not counted as the node's.
//
//	client ── Send ──▶ inbox ── Read ──▶ server
//	client ◀── OnText ──────── Write ──── server
//
// What the server writes is handled by the client in the writing goroutine. There is no flow control and no delay: a peer that cannot keep
// up, a lost packet, and the system's own memory of a socket do not exist here. The clients trust the server, and do of RFC 6455 what such a
// client needs.
package memnet
