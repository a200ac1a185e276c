package transport

import (
	"context"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/actors"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/transport/socket"
)

const (
	// maxOffenses is how many unknown frames a client may send before it is closed.
	maxOffenses = 10
	// floodFactor times the allowed rate of messages closes the connection, whatever the frames are.
	floodFactor = 10
	// retryBusy is when a client that sent too much at once may go on.
	retryBusy = 250 * time.Millisecond
	// refusedRetry is what a client is told that finds no room before the upgrade.
	refusedRetry = 10 * time.Second
)

// connection is what visitors' and agents' connections have in common. It implements actors.Connection.
type connection struct {
	t       *Transport
	sock    *socket.Conn
	id      actors.ConnectionID
	pending atomic.Int32
	// offenses and flood belong to the reader.
	offenses uint8
	flood    chat.Bucket
}

// Send implements actors.Connection.
func (c *connection) Send(frame []byte) { c.sock.Send(frame) }

// SendNow implements actors.Connection.
func (c *connection) SendNow(frame []byte) { c.sock.SendNow(frame) }

// Close implements actors.Connection.
func (c *connection) Close(code protocol.CloseCode) {
	c.sock.Close(socket.Code(code), code.Reason())
}

// Handled implements actors.Connection.
func (c *connection) Handled() { c.pending.Add(-1) }

// take makes room for one more command, or says that there is none.
func (c *connection) take() bool {
	if int(c.pending.Add(1)) <= c.t.config.Pending {
		return true
	}
	c.pending.Add(-1)
	return false
}

func (c *connection) refuse(f *protocol.ClientFrame, e *chat.Error) {
	id, _ := chat.ParseMessageID(f.ID)
	c.Send(protocol.EncodeError(f.Ref, id, e))
}

func (c *connection) refuseCode(f *protocol.ClientFrame, code chat.Code, message string) {
	c.refuse(f, &chat.Error{Code: code, Message: message})
}

func (c *connection) busy(f *protocol.ClientFrame) {
	c.refuse(f, &chat.Error{Code: chat.CodeBusy, Message: "too many commands at once", Retry: retryBusy})
}

// offend refuses a frame that this client has no business sending; the tenth ends the connection.
func (c *connection) offend(f *protocol.ClientFrame) {
	if c.offenses++; c.offenses >= maxOffenses {
		c.Close(protocol.CloseBadFrame)
		return
	}
	c.refuseCode(f, chat.CodeUnknownFrame, "no such frame for this kind of client")
}

// frames are used again: one takes 700 bytes and is needed for a moment.
var frames = sync.Pool{New: func() any { return new(protocol.ClientFrame) }}

// decode reads a frame and counts it. Nil: the connection was closed. The caller puts it back into frames.
func (c *connection) decode(data []byte, flood chat.Limits) *protocol.ClientFrame {
	c.t.stats.Frames.Add(1)
	bucket, _, ok := c.flood.Take(flood, time.Now())
	if !ok {
		c.Close(protocol.CloseRateLimited)
		return nil
	}
	c.flood = bucket
	f := frames.Get().(*protocol.ClientFrame)
	if err := protocol.DecodeInto(data, f); err != nil {
		frames.Put(f)
		c.t.stats.BadFrames.Add(1)
		c.Close(protocol.CloseBadFrame)
		return nil
	}
	return f
}

// pong answers a client's ping.
func (c *connection) pong(f *protocol.ClientFrame) {
	c.Send(protocol.Encode(protocol.Pong{Ref: f.Ref}))
}

// history answers from the store, in the reader: a client waits for its own page only.
func (c *connection) history(f *protocol.ClientFrame, q actors.HistoryQuery) {
	if f.Limit < 0 || (f.Before != 0 && f.After != 0) {
		c.refuseCode(f, chat.CodeInvalid, "history: a limit from 1 to 100, and before or after")
		return
	}
	q.Before, q.After, q.Ref, q.Limit = f.Before, f.After, f.Ref, min(f.Limit, protocol.MaxHistory)
	if q.Limit == 0 {
		q.Limit = protocol.SnapshotMessages
	}
	ctx, cancel := context.WithTimeout(context.Background(), helloTimeout)
	defer cancel()
	answer, refusal := c.t.system.History(ctx, q)
	if refusal != nil {
		c.refuse(f, refusal)
		return
	}
	c.Send(protocol.Encode(answer))
}

// admit counts a socket before its upgrade, or refuses it with what to do.
func (t *Transport) admit(w http.ResponseWriter, addr netip.Addr) bool {
	if t.draining.Load() {
		w.Header().Set("Retry-After", "1")
		http.Error(w, "this node stops; connect again", http.StatusServiceUnavailable)
		t.stats.Refused.Add(1)
		return false
	}
	if !t.admission.enter(addr) {
		w.Header().Set("Retry-After", strconv.Itoa(int(refusedRetry/time.Second)))
		http.Error(w, "too many connections", http.StatusTooManyRequests)
		t.stats.Refused.Add(1)
		return false
	}
	return true
}
