//go:build !unix || aix

package socket

// canPeek: this system cannot say whether bytes wait; the reader waits inside net.Conn, with a buffer.
const canPeek = false

func (c *Conn) wait() (silent bool) { return false }

func (c *Conn) glance() bool { return true }

func (c *Conn) take(uintptr) bool { return true }

func (c *Conn) unread() bool { return false }

func (a *attempt) write(uintptr) bool { return true }
