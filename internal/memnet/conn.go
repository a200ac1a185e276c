package memnet

import (
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"time"
)

// receiver is the client's side of a connection.
type receiver interface {
	// received is called with what the server wrote, by the goroutine that writes. b is valid until it returns.
	received(b []byte) error
	// ended is called once, when the server closes the connection.
	ended()
}

// conn is the server's side of a connection.
type conn struct {
	from netip.AddrPort
	to   receiver
	// telling is held while the receiver is told something.
	telling sync.Mutex

	mu       sync.Mutex
	readable sync.Cond
	// inbox is what the client sent and the server has not read; nil while there is nothing, so that an idle connection has no buffer.
	inbox *inbox
	// closed by the server, gone by the client, expired by a deadline.
	closed, gone, expired bool
}

// inbox is leased while it holds something.
type inbox struct {
	bytes []byte
	read  int
}

// inboxBytes suffice for an upgrade and for most messages.
const inboxBytes = 1 << 10

var inboxes = sync.Pool{New: func() any { return &inbox{bytes: make([]byte, 0, inboxBytes)} }}

func newConn(from netip.AddrPort, to receiver) *conn {
	c := &conn{from: from, to: to}
	c.readable.L = &c.mu
	return c
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, net.ErrClosed
		case c.expired:
			return 0, os.ErrDeadlineExceeded
		case c.inbox != nil:
			return c.takeLocked(b), nil
		case c.gone:
			return 0, io.EOF
		}
		c.readable.Wait()
	}
}

func (c *conn) takeLocked(b []byte) int {
	n := copy(b, c.inbox.bytes[c.inbox.read:])
	if c.inbox.read += n; c.inbox.read == len(c.inbox.bytes) {
		c.inbox.bytes, c.inbox.read = c.inbox.bytes[:0], 0
		inboxes.Put(c.inbox)
		c.inbox = nil
	}
	return n
}

// Write implements net.Conn.
func (c *conn) Write(b []byte) (int, error) {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.mu.Lock()
	closed, gone := c.closed, c.gone
	c.mu.Unlock()
	switch {
	case closed:
		return 0, net.ErrClosed
	case gone:
		return 0, io.ErrClosedPipe
	}
	if err := c.to.received(b); err != nil {
		c.hangUp()
		return 0, err
	}
	return len(b), nil
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.mu.Lock()
	before := c.closed
	c.closed = true
	c.readable.Broadcast()
	c.mu.Unlock()
	if !before {
		c.telling.Lock()
		defer c.telling.Unlock()
		c.to.ended()
	}
	return nil
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error { return c.SetReadDeadline(t) }

// SetReadDeadline implements net.Conn as far as it ends what waits now. A time to come is ignored: nothing here is late by accident.
func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.expired = !t.IsZero() && !t.After(time.Now()); c.expired {
		c.readable.Broadcast()
	}
	return nil
}

// SetWriteDeadline implements net.Conn: writing never waits.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return here }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(c.from) }

// send adds to what the server reads, by a function that appends to it. What is sent on a closed connection is lost.
func (c *conn) send(appendTo func([]byte) []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.gone {
		return
	}
	if c.inbox == nil {
		c.inbox = inboxes.Get().(*inbox)
	}
	c.inbox.bytes = appendTo(c.inbox.bytes)
	c.readable.Signal()
}

// hangUp ends the connection from the client's side.
func (c *conn) hangUp() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gone = true
	c.readable.Broadcast()
}
