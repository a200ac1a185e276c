// Package socket is one WebSocket connection on the server's side, over github.com/coder/websocket: small while idle, and hard against peers
// that break or stretch the protocol. It knows nothing of chat.
//
//	            ┌── waits for bytes in a shallow frame of a fresh goroutine, whose stack stays at 2 KiB
//	reader ─────┤
//	            └── guard (frame headers) ─▶ unit (a message) ─▶ leased codec (coder/websocket) ─▶ Handler.OnMessage
//	Send ──▶ outbox (bounded) ──▶ writer, which exists only while there is something to write
//	clock ──▶ one goroutine for all connections: deadlines, pings, stalled peers
//
// An idle connection owns one goroutine, the reader, and neither a codec, nor a buffer, timer or channel. With Limits.Parked it does not own
// that either where the system allows it: the lot waits for all of them, and a worker is the reader from when something came until the peer
// has fallen silent.
//
//	           something came, or the end
//	parked ─────────────────────────────────▶ attended by a worker ──▶ gone
//	   ▲                                          │
//	   └── all is handled and the peer is silent ─┘
//
// coder/websocket shakes hands, and checks, unmasks and joins frames (RFC 6455), from memory. What it lacks is done here: it follows endless
// empty continuations, answers any number of pings, waits for ever for the rest of a frame, and delivers text that is not UTF-8. It writes
// nothing: whatever leaves passes the outbox, framed here (unmasked frames need no codec) and written several at a time, and the close frame
// is last.
package socket
