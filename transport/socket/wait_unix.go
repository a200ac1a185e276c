//go:build unix && !aix

package socket

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// canPeek: the system can say that bytes wait without taking them.
const canPeek = true

// wait returns when there is something to read, or when the read would fail. It runs in a shallow frame so that an idle goroutine keeps its
// smallest stack. True: there is nothing to read, but the clock found that the peer has fallen silent.
func (c *Conn) wait() (silent bool) {
	if !c.empty() {
		return false
	}
	if err := c.raw.Read(readable); errors.Is(err, os.ErrDeadlineExceeded) {
		_ = c.net.SetReadDeadline(time.Time{}) // the read that follows tells the error, here and below
		return true
	}
	c.ready = true
	return false
}

// readable reports whether the descriptor has bytes, or an end or an error to tell. When in doubt it has: false means to wait for the next
// event, and there may be none.
func readable(fd uintptr) bool {
	var one [1]byte
	_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err != syscall.EAGAIN
}
