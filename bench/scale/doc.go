// Package scale has the scenarios that go past what sockets of this machine allow: they run inside the process, on Parlor's own packages. Each
// says what of a node it has, and what it simulates.
package scale
