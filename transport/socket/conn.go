package socket

import (
	"net"
	"sync"
	"sync/atomic"
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
	// dry is when the reader found nothing more to read, which is when all that had come was handled; unhandled while something that was read
	// waits for that, and handled after it. The clock looks at it too.
	dry atomic.Int64
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
	// grown says that the reader waits with a stack that reading has grown.
	grown bool
	// parked says that there is no reader: the lot has the connection. listed says that it had before; gone that the socket is closed or about to be.
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

// cut closes the socket without a word and without waiting.
func (c *Conn) cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cutLocked()
}

// cutLocked leaves it to a worker: to close a socket is to wait until its reader and its writer have let go of it, and they have to be given
// time for that. On a busy machine the clock would spend seconds on some hundred, and hold up everybody else.
func (c *Conn) cutLocked() {
	if !c.gone {
		c.gone = true
		c.server.workers.Go(job{(*Conn).drop, c})
	}
}

// drop closes the socket below TLS, whose Close would say goodbye.
func (c *Conn) drop() {
	under := c.net
	if layered, ok := under.(interface{ NetConn() net.Conn }); ok {
		under = layered.NetConn()
	}
	_ = under.Close()
	c.unpark() // a closed descriptor has no events
}

func (c *Conn) isClosing() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outbox.closing()
}

// What dry is when it is no time.
const (
	unhandled = 0
	handled   = 1
)

// late reports whether a time is longer ago than the limit, or might be before the clock looks again.
func (c *Conn) late(since, now int64, limit time.Duration) bool {
	return since != 0 && now-since > int64(limit-c.server.tick)
}

// owes reports whether the peer is late. Who has sent something that this side had no time yet to handle is not, unless all that came in time
// was handled: else who always has a byte on its way would never be late.
func (c *Conn) owes(since, now int64, limit time.Duration) bool {
	switch {
	case !c.late(since, now, limit):
		return false
	case c.late(since, c.dry.Load(), limit):
		return true
	}
	return !c.unread() && c.dry.Load() != unhandled // in this order: what is read is unhandled before it is not unread any more
}

// check is called by the clock, a few times a second.
func (c *Conn) check(now int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l, o := &c.server.limits, &c.outbox
	switch {
	case c.late(o.writeBegan, now, l.Write):
		c.cutLocked()
	case o.closing():
		if c.late(o.farewell.since, now, l.Linger+l.Write) || c.late(o.farewell.left, now, l.Linger) {
			c.cutLocked()
		}
	case c.handling:
	case !c.greeted && c.owes(c.opened, now, l.First):
		c.closeLocked(CodeUnauthorized, "unauthorized")
	case c.owes(c.midMessage, now, l.Message):
		c.closeLocked(CodePolicy, "a message took too long")
	case o.asked > 0 && c.owes(o.asked, now, l.Pong):
		c.cutLocked()
	case o.asked == 0 && c.late(c.heard, now, l.Ping-l.Ping*time.Duration(c.jitter)/1024):
		o.asked = askWaits
		o.controls = appendFrame(o.controls, finBit|opPing, nil)
		c.wakeWriter()
	case c.grown && now-c.heard > int64(silentAfter):
		c.grown = false
		_ = c.net.SetReadDeadline(time.Unix(1, 0)) // wakes the reader in wait; one that reads meanwhile goes on
	}
}
