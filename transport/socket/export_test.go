package socket

// Open reports whether the connection takes messages.
func Open(c *Conn) bool { return !c.isClosing() }
