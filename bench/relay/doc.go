// Package relay holds the servers that Parlor is compared with. They relay what one socket of a pair says to the other one and keep nothing:
// what a WebSocket server costs that does no more than move bytes.
package relay
