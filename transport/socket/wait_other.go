//go:build !unix

package socket

// canPeek: this system cannot say that bytes wait without taking them; the reader waits inside coder/websocket.
const canPeek = false

func (c *Conn) wait() bool { return true }
