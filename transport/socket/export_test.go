package socket

// Open reports whether the connection takes messages.
func Open(c *Conn) bool { return !c.isClosing() }

// Waiting reports whether something waits to be written.
func Waiting(c *Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &c.outbox
	return o.writing || o.bytes != 0 || len(o.frames)+len(o.controls) != 0
}
