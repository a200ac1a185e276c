package socket

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// pongEvery is how often a client's ping is answered at most.
const pongEvery = time.Second

// Conn is one connection. Send and Close may be called from many goroutines at once, also after it ended.
type Conn struct {
	server  *Server
	handler Handler
	net     net.Conn
	raw     syscall.RawConn
	ws      *websocket.Conn
	in      *bufio.Reader

	// The reader's own. Times are the server's clock, 0 for never.
	guard  guard
	early  []byte
	ready  bool
	stripe uint8
	jitter uint8
	ponged int64
	window int64
	opened int64

	mu     sync.Mutex
	outbox outbox
	// What the clock looks at.
	heard      int64
	midMessage int64
	closedAt   int64
	greeted    bool
	handling   bool
	pinged     bool
	// answered says that the peer sent its close frame.
	answered bool
}

// serve is the reader: it waits for bytes in a shallow frame and reads message by message until the connection ends.
func (c *Conn) serve() {
	for c.wait() && c.read() {
	}
	c.finish()
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
	case c.isClosing():
		return true // until the peer's close frame, or the clock's patience, ends
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

// ended notes why the peer's side ended, unless this side closed first.
func (c *Conn) ended(err error) {
	var closed websocket.CloseError
	answered := errors.As(err, &closed)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answered = answered
	if c.outbox.closing {
		return
	}
	c.outbox.closing, c.outbox.code = true, CodeAbnormal
	c.closedAt = c.server.now()
	if answered {
		c.outbox.code, c.outbox.reason = Code(closed.Code), closed.Reason
	}
}

// finish ends the connection after its last read. What the writer has in hand goes out first; the clock cuts it off when that takes long.
func (c *Conn) finish() {
	if written := c.lastWrite(); written != nil {
		<-written
	}
	c.drain()
	c.cut()
	_ = c.ws.CloseNow() // frees what coder holds
	c.server.remove(c)
	c.handler.OnClose(c.outbox.code, c.outbox.reason)
}

// drain reads on after our close frame, without looking: closing a socket with unread bytes would reset it, and the peer might never see
// the frame. It ends with the peer's side, or when the clock cuts the connection.
func (c *Conn) drain() {
	c.mu.Lock()
	sent := c.outbox.closeSent && c.outbox.code != CodeAbnormal && !c.answered
	c.mu.Unlock()
	if sent {
		_, _ = io.Copy(io.Discard, c.net)
	}
}

// cut closes the socket without a word.
func (c *Conn) cut() { _ = c.net.Close() }

func (c *Conn) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outbox.closing
}

// noteRead notes a sign of life, and since when a frame or message is under way.
func (c *Conn) noteRead(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard, c.pinged = now, false
	switch {
	case c.guard.between():
		c.midMessage = 0
	case c.midMessage == 0:
		c.midMessage = now
	}
}

func (c *Conn) setHandling(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.handling, c.greeted = on, true
	c.heard = c.server.now()
}

// check is called by the clock, a few times a second.
func (c *Conn) check(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, o := &c.server.limits, &c.outbox
	late := func(since int64, limit time.Duration) bool { return since != 0 && now-since > int64(limit-tick) }
	switch {
	case late(o.writeBegan, l.Write), late(c.closedAt, l.Linger+l.Write), o.closeSent && late(c.closedAt, l.Linger):
		c.cut()
	case o.closing:
	case !c.greeted && late(c.opened, l.First):
		c.closeLocked(CodeUnauthorized, "unauthorized")
	case late(c.midMessage, l.Message):
		c.closeLocked(CodePolicy, "a message took too long")
	case c.handling:
	case late(c.heard, l.Ping+l.Pong):
		c.cut()
	case !c.pinged && late(c.heard, l.Ping-l.Ping*time.Duration(c.jitter)/1024):
		c.pinged, o.ping = true, true
		c.wakeWriter()
	}
}
