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

// take reads a burst. It reports false when there is nothing to read and no end or error to tell, and then holds no buffer.
func (c *Conn) take(fd uintptr) bool {
	if c.fresh {
		c.fresh = false
		if !readable(fd) {
			return false
		}
	}
	b := bursts.Get().(*burst)
	n, err := syscall.Read(int(fd), b.bytes[:])
	for err == syscall.EINTR {
		n, err = syscall.Read(int(fd), b.bytes[:])
	}
	if n > 0 {
		b.n, c.burst = n, b
		return true
	}
	bursts.Put(b)
	return err != syscall.EAGAIN
}

// readable reports whether the descriptor has bytes, or an end or an error to tell. It needs no buffer, the getting of which might grow the
// stack that is to be idle. When in doubt it has: false means to wait for the next event, and there may be none.
func readable(fd uintptr) bool {
	var one [1]byte
	_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err != syscall.EAGAIN
}
