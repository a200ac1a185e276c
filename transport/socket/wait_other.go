//go:build !unix || aix

package socket

// canPeek: this system cannot say that bytes wait without taking them; the reader waits inside coder/websocket.
const canPeek = false

func (c *Conn) wait() (silent bool) { return false }
