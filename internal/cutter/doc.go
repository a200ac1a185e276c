// Package cutter is a TCP proxy that cuts each of its connections after a number of bytes that a seed decides: in the middle of a handshake, of a
// frame, between two frames, in either direction.
//
//	client ──── Addr ────▶ proxy ────▶ target
//
// What was passed on before the cut is a prefix of what was sent, to the byte. How a connection is cut differs, see [Way].
package cutter
