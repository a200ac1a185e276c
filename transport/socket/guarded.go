package socket

import (
	"errors"
	"net"
	"os"
	"time"
)

var (
	// errParked ends a read between two messages, so that the reader goes back to its shallow wait. coder/websocket passes it on and
	// stays usable: a read error does not close its connection.
	errParked = errors.New("socket: parked")
	// errGuarded ends a read after the guard closed the connection.
	errGuarded = errors.New("socket: guarded")
)

// controlWindow is for how long control frames are counted.
const controlWindow = 10 * time.Second

// guarded is the connection as coder/websocket sees it.
type guarded struct {
	net.Conn
	c *Conn
}

// Read lets bytes through under the guard's eyes.
func (g guarded) Read(p []byte) (int, error) {
	c := g.c
	var n int
	var err error
	switch {
	case len(c.early) > 0:
		n = copy(p, c.early)
		if c.early = c.early[n:]; len(c.early) == 0 {
			c.early = nil
		}
	case c.raw != nil && !c.ready && c.guard.between():
		return 0, errParked
	default:
		c.ready = false
		n, err = g.read(p)
		c.broken = err != nil
	}
	if n == 0 {
		return 0, err
	}
	now := c.server.now()
	if now-c.window > int64(controlWindow) {
		c.window, c.guard.controls = now, 0
	}
	if code := c.guard.feed(p[:n], &c.server.limits); code != 0 {
		c.Close(code, code.reason())
		return 0, errGuarded
	}
	c.noteRead(now)
	return n, err
}

// read reads from the socket. A deadline in the past is the clock's, who did not see that something came.
func (g guarded) read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if n == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
		if err = g.SetReadDeadline(time.Time{}); err == nil {
			n, err = g.Conn.Read(p)
		}
	}
	return n, err
}

// Write drops what coder/websocket writes by itself, which is close frames: all that leaves passes the outbox, and Conn closes.
func (g guarded) Write(p []byte) (int, error) { return len(p), nil }

// Close does nothing: the reader closes the socket when the last frame is out.
func (g guarded) Close() error { return nil }
