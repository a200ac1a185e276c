//go:build unix && !aix

package socket

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// canPeek: the system can say whether bytes wait.
const canPeek = true

// wait returns when there is a burst, or the end, which is none. It runs in a shallow frame so that an idle goroutine keeps its smallest
// stack. True: there is nothing to read, but the clock found that the peer has fallen silent.
func (c *Conn) wait() (silent bool) {
	if err := c.raw.Read(c.fill); errors.Is(err, os.ErrDeadlineExceeded) {
		_ = c.net.SetReadDeadline(time.Time{}) // the read that follows tells the error
		return true
	}
	return false
}

// glance reads a burst without waiting. It reports false when there is nothing to read and no end or error to tell.
func (c *Conn) glance() bool {
	c.glancing, c.nothing = true, false
	err := c.raw.Read(c.fill)
	if errors.Is(err, os.ErrDeadlineExceeded) { // the clock meant a reader who waits, and came too late
		_ = c.net.SetReadDeadline(time.Time{})
		_ = c.raw.Read(c.fill) // the read that follows tells the error
	}
	c.glancing = false
	return !c.nothing
}

// take reads a burst. When there is nothing to read and no end or error to tell, it holds no buffer and reports false, to wait for the next
// event, unless the reader only glances.
func (c *Conn) take(fd uintptr) bool {
	if c.fresh {
		c.fresh = false
		if !readable(fd) {
			c.dry.Store(c.server.now())
			return false
		}
	}
	b := bursts.Get().(*burst)
	c.dry.Store(unhandled)
	n, err := syscall.Read(int(fd), b.bytes[:])
	for err == syscall.EINTR {
		n, err = syscall.Read(int(fd), b.bytes[:])
	}
	if n > 0 {
		b.n, c.burst = n, b
		return true
	}
	bursts.Put(b)
	if c.nothing = err == syscall.EAGAIN; c.nothing {
		c.dry.Store(c.server.now())
	}
	return !c.nothing || c.glancing
}

// readable reports whether the descriptor has bytes, or an end or an error to tell. It needs no buffer, the getting of which might grow the
// stack that is to be idle. When in doubt it has: false means to wait for the next event, and there may be none.
func readable(fd uintptr) bool {
	var one [1]byte
	_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err != syscall.EAGAIN
}

// unread reports whether something waits to be read. A reader may wait in a read meanwhile.
func (c *Conn) unread() bool {
	waits := false
	if c.raw != nil {
		_ = c.raw.Control(func(fd uintptr) { waits = readable(fd) }) // a closed one has nothing
	}
	return waits
}

// write gives the system what it takes without waiting. An error is left to be found again.
func (a *attempt) write(fd uintptr) bool {
	n, err := syscall.Write(int(fd), a.bytes)
	for err == syscall.EINTR {
		n, err = syscall.Write(int(fd), a.bytes)
	}
	a.taken = max(n, 0)
	return true
}
