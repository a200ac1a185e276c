package socket

import (
	"bufio"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/coder/websocket"
)

// Conn is one connection. Send and Close may be called from many goroutines at once, also after it ended.
type Conn struct {
	server  *Server
	handler Handler
	net     net.Conn
	raw     syscall.RawConn // nil where the system or the kind of connection cannot peek
	ws      *websocket.Conn
	in      *bufio.Reader

	// The reader's own. Times are the server's clock, 0 for never.
	guard  guard
	early  []byte
	ponged int64
	window int64
	// ready says that wait saw something to read, broken that the socket's end was read, answered that the peer sent its close frame.
	ready, broken, answered bool
	// talking says that the last message came soon after the one before, which was at said.
	talking bool
	said    int64

	// Set before the connection is shared.
	stripe, jitter uint8
	opened         int64

	mu     sync.Mutex
	outbox outbox
	// What the clock looks at.
	heard      int64
	midMessage int64
	greeted    bool
	handling   bool
	pinged     bool
	// grown says that the reader waits with a stack that reading has grown.
	grown bool
}

// silentAfter is for how long a peer who talked says nothing until its reader gets a fresh stack.
const silentAfter = 2 * time.Second

// Close sends what is queued and then a close frame, and ends the connection when the peer answers or time is up. It never blocks. Only
// the first call counts.
func (c *Conn) Close(code Code, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeLocked(code, reason)
}

func (c *Conn) closeLocked(code Code, reason string) {
	if c.outbox.close(code, reason, c.server.now()) {
		c.wakeWriter()
	}
}

// cut closes the socket without a word and without waiting, which a TLS connection's Close would.
func (c *Conn) cut() {
	under := c.net
	if layered, ok := under.(interface{ NetConn() net.Conn }); ok {
		under = layered.NetConn()
	}
	_ = under.Close()
}

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
	case c.guard.passed || c.midMessage == 0:
		c.midMessage = now
	}
}

func (c *Conn) setHandling(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = c.server.now()
	if on {
		c.talking = c.raw != nil && c.said != 0 && c.heard-c.said < int64(silentAfter)
		c.said = c.heard
	}
	c.handling, c.greeted, c.grown = on, true, c.talking
}

// check is called by the clock, a few times a second.
func (c *Conn) check(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, o := &c.server.limits, &c.outbox
	late := func(since int64, limit time.Duration) bool {
		return since != 0 && now-since > int64(limit-c.server.tick)
	}
	switch {
	case late(o.writeBegan, l.Write), late(o.closedAt, l.Linger+l.Write), late(o.closeLeft, l.Linger):
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
		c.pinged = true
		o.controls = appendFrame(o.controls, finBit|opPing, nil)
		c.wakeWriter()
	case c.grown && now-c.heard > int64(silentAfter):
		c.grown = false
		_ = c.net.SetReadDeadline(time.Unix(1, 0)) // wakes the reader in wait; one that reads meanwhile goes on
	}
}
