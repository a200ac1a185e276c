//go:build unix && !aix

package socket

import "syscall"

// canPeek: the system can say that bytes wait without taking them.
const canPeek = true

// wait returns when there is something to read, or when the read would fail. It runs in a shallow frame so that an idle goroutine keeps its
// smallest stack.
func (c *Conn) wait() {
	if c.empty() {
		_ = c.raw.Read(readable) // the read that follows tells the error
		c.ready = true
	}
}

// readable reports whether the descriptor has bytes, or an end or an error to tell. When in doubt it has: false means to wait for the next
// event, and there may be none.
func readable(fd uintptr) bool {
	var one [1]byte
	_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err != syscall.EAGAIN
}
