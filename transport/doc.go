// Package transport speaks with the outside: WebSocket for visitors and agents, HTTP beside it.
//
// It authenticates, limits, decodes and hands over; what comes back it writes out. It owns connections and nothing else: chat state is the
// actors', and what is kept is the store's, which this package does not know.
//
//	request ─▶ host and origin ─▶ limits per address ─▶ upgrade (package socket) ─▶ hello ─▶ commands ─▶ actors
//
// A connection's frames are handled in order by its reader. Nothing here logs addresses, texts, tokens or e-mail addresses.
package transport
