package socket

import (
	"net"
	"sync"
	"syscall"
	"time"
)

// Conn is one connection. Send and Close may be called from many goroutines at once, also after it ended.
type Conn struct {
	server  *Server
	handler Handler
	net     net.Conn
	raw     syscall.RawConn    // nil where the system or the kind of connection cannot peek
	fill    func(uintptr) bool // is take, made once

	// The reader's own. Times are the server's clock, 0 for never.
	guard  guard
	half   *half
	burst  *burst
	ponged int64
	window int64
	// fresh says that the reader has not read yet, glancing that it does not wait, nothing that there was nothing to read, broken that the
	// socket's end was read, answered that the peer sent its close frame, spoke that it sent a message.
	fresh, glancing, nothing, broken, answered, spoke bool
	// talking says that the last bytes came soon after those before, which was at said.
	talking bool
	said    int64

	// Set before the connection is shared. fd is the descriptor of one that may be parked.
	fd             int32
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
	// parked says that there is no reader: the lot has the connection. listed says that it had before; gone that the socket is closed.
	parked, listed, gone bool
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
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cutLocked()
}

func (c *Conn) cutLocked() {
	under := c.net
	if layered, ok := under.(interface{ NetConn() net.Conn }); ok {
		under = layered.NetConn()
	}
	c.gone = true
	_ = under.Close()
	c.unparkLocked() // a closed descriptor has no events
}

func (c *Conn) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outbox.closing
}

// check is called by the clock, a few times a second. Who has sent something that this side had no time yet to read is not late.
func (c *Conn) check(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, o := &c.server.limits, &c.outbox
	late := func(since int64, limit time.Duration) bool {
		return since != 0 && now-since > int64(limit-c.server.tick)
	}
	switch {
	case late(o.writeBegan, l.Write), late(o.closedAt, l.Linger+l.Write), late(o.closeLeft, l.Linger):
		c.cutLocked()
	case o.closing, c.handling:
	case !c.greeted && late(c.opened, l.First) && !c.unread():
		c.closeLocked(CodeUnauthorized, "unauthorized")
	case late(c.midMessage, l.Message) && !c.unread():
		c.closeLocked(CodePolicy, "a message took too long")
	case late(c.heard, l.Ping+l.Pong) && !c.unread():
		c.cutLocked()
	case !c.pinged && late(c.heard, l.Ping-l.Ping*time.Duration(c.jitter)/1024):
		c.pinged = true
		o.controls = appendFrame(o.controls, finBit|opPing, nil)
		c.wakeWriter()
	case c.grown && now-c.heard > int64(silentAfter):
		c.grown = false
		_ = c.net.SetReadDeadline(time.Unix(1, 0)) // wakes the reader in wait; one that reads meanwhile goes on
	}
}
