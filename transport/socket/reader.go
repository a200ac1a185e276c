package socket

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// pongEvery is how often a client's ping is answered at most.
const pongEvery = time.Second

// serve is the reader: it waits for bytes in a shallow frame and reads what is there. Then it goes on in a fresh goroutine, whose stack has
// 2 KiB: one that reading has grown would stay at 4 KiB or more for as long as the connection is idle. While the peer talks, one message soon
// after the other, the reader keeps its stack, until the clock finds that the peer has fallen silent.
func (c *Conn) serve() {
	for {
		if c.wait() {
			break
		}
		if !c.read() {
			c.finish()
			return
		}
		if !c.talking && c.empty() {
			break
		}
	}
	go c.serve()
}

// empty reports whether nothing of the next message is here, and the system can tell when there is.
func (c *Conn) empty() bool {
	return c.raw != nil && len(c.early) == 0 && c.in.Buffered() == 0 && c.guard.between()
}

// read reads one message, or the control frames that stand before one. It reports whether the connection goes on.
func (c *Conn) read() bool {
	kind, r, err := c.ws.Reader(context.Background())
	if errors.Is(err, errParked) {
		return true
	}
	if err != nil {
		c.ended(err)
		return false
	}
	buffer := messages.Get().(*[]byte)
	defer messages.Put(buffer)
	data, err := readAll(r, (*buffer)[:0])
	*buffer = data
	if err != nil {
		c.ended(err)
		return false
	}
	switch {
	case c.isClosing(): // read on, until the peer's close frame or the clock's patience ends it
	case kind != websocket.MessageText:
		c.Close(CodeUnsupported, "send text")
	case !utf8.Valid(data):
		c.Close(CodeInvalidUTF8, "send UTF-8")
	default:
		c.setHandling(true)
		c.handler.OnMessage(data)
		c.setHandling(false)
	}
	return true
}

// messages are buffers for incoming messages; most need one for a moment only.
var messages = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

func readAll(r io.Reader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// onPing answers a client's ping at most once a second; the guard ends a flood of them. coder/websocket is told not to answer.
func (c *Conn) onPing(_ context.Context, payload []byte) bool {
	now := c.server.now()
	if c.ponged == 0 || now-c.ponged >= int64(pongEvery) {
		c.ponged = now
		c.sendPong(payload)
	}
	return false
}

// ended tells why there is nothing more to read: the socket's end, the peer's close frame, or a breach of the protocol that coder/websocket
// found. If this side closed first, it has said why already.
func (c *Conn) ended(err error) {
	var closed websocket.CloseError
	switch c.answered = errors.As(err, &closed); {
	case c.broken:
		c.Close(CodeAbnormal, "")
	case c.answered:
		c.Close(Code(closed.Code), closed.Reason)
	default:
		c.Close(CodeProtocol, CodeProtocol.reason())
	}
}

// finish ends the connection after its last read.
func (c *Conn) finish() {
	_ = c.net.SetReadDeadline(time.Time{}) // the clock may have set one to wake the reader
	if c.broken {
		c.cut() // nobody is there: what waits would be in vain
	}
	c.awaitWriter()
	if !c.broken && !c.answered {
		// Our close frame is out. Closing a socket with unread bytes would reset it, and the peer might never see the frame: read on,
		// without looking, until the peer ends or the clock cuts.
		_, _ = io.Copy(io.Discard, c.net)
	}
	_ = c.net.Close()
	_ = c.ws.CloseNow() // frees what coder holds
	code, reason := c.verdict()
	c.server.remove(c)
	c.handler.OnClose(code, reason)
	c.server.leave()
}

func (c *Conn) verdict() (Code, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outbox.code, c.outbox.reason
}
