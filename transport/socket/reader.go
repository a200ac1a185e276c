package socket

import (
	"errors"
	"io"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// pongEvery is how often a client's ping is answered at most.
const pongEvery = time.Second

// burstBytes is how much is read at once: a message of the default limit, or many small ones.
const burstBytes = 16 << 10

// burst is what one read took. It is leased from before the read until its last message was handled.
type burst struct {
	n     int
	bytes [burstBytes]byte
}

var bursts = sync.Pool{New: func() any { return new(burst) }}

// start handles what came together with the upgrade, and makes somebody the reader.
func (c *Conn) start(early []byte) {
	switch {
	case len(early) > 0 && !c.arrived(early):
		c.finish()
	case c.raw == nil:
		c.serveLayered(make([]byte, layeredBytes))
	case c.fd >= 0:
		c.park()
	case len(early) > 0: // handling has grown this stack
		go c.serve()
	default:
		c.serve()
	}
}

// serve is the reader: it waits for bytes in a shallow frame and handles what came. Then it goes on in a fresh goroutine, whose stack has
// 2 KiB: one that handling has grown would stay at 4 KiB or more for as long as the connection is idle. While the peer talks, one message
// soon after the other, the reader keeps its stack, until the clock finds that the peer has fallen silent.
func (c *Conn) serve() {
	c.fresh = true
	for {
		if c.wait() {
			break
		}
		if !c.read() {
			c.finish()
			return
		}
		if !c.talking {
			break
		}
	}
	go c.serve()
}

// read handles the burst that came, or the end. It reports whether the connection goes on.
func (c *Conn) read() bool {
	b := c.burst
	if b == nil {
		c.broken = true
		c.Close(CodeAbnormal, "")
		return false
	}
	c.burst = nil
	goOn := c.arrived(b.bytes[:b.n])
	bursts.Put(b)
	return goOn
}

// serveLayered is the reader where the system cannot be asked whether bytes wait. After bytes that came alone it goes on in a fresh goroutine, as
// serve does; nothing wakes it for that when a peer who talked falls silent.
func (c *Conn) serveLayered(b []byte) {
	for {
		n, err := c.net.Read(b)
		before := c.said
		if n > 0 && !c.arrived(b[:n]) {
			break
		}
		if err != nil {
			c.broken = true
			c.Close(CodeAbnormal, "")
			break
		}
		if before == 0 || c.said-before >= int64(silentAfter) {
			go c.serveLayered(b)
			return
		}
	}
	c.finish()
}

// layeredBytes is a compromise: it is held for as long as the connection is.
const layeredBytes = 1 << 10

// onPing answers a client's ping at most once a second; the guard ends a flood of them. coder/websocket is told not to answer.
func (c *Conn) onPing(payload []byte) {
	now := c.server.now()
	if c.ponged == 0 || now-c.ponged >= int64(pongEvery) {
		c.ponged = now
		c.sendPong(payload)
	}
}

// ended tells why there is nothing more to read: the peer's close frame, or a breach of the protocol that coder/websocket found. If this
// side closed first, it has said why already.
func (c *Conn) ended(err error) {
	var closed websocket.CloseError
	if c.answered = errors.As(err, &closed); c.answered {
		c.Close(Code(closed.Code), closed.Reason)
	} else {
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
	if c.fd >= 0 {
		c.server.lot.forget(c)
	}
	_ = c.net.Close()
	code, reason := c.verdict()
	c.server.remove(c)
	c.handler.OnClose(code, reason)
	c.server.leave()
}

func (c *Conn) verdict() (Code, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.outbox.farewell.code, c.outbox.farewell.reason
}
