package socket

// attend is the reader of a connection that is parked while its peer is silent. It runs on a worker, from when something came until
// everything was handled; while the peer talks it waits there for more.
func (c *Conn) attend() {
	for here := c.glance(); ; here = c.talking && !c.wait() {
		if !here {
			c.park()
			return
		}
		if !c.read() {
			c.finish()
			return
		}
	}
}

// park leaves the connection to the lot. The caller is the reader no longer.
func (c *Conn) park() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.gone || c.server.lot.arm(c) != nil {
		// Its last read, or, where the system has no room for it in an epoll instance, a goroutine for it alone. finish ends it.
		go c.serve()
		return
	}
	c.parked = true
}

// unpark makes a worker the reader of a parked connection. Of all who call it at once, one succeeds.
func (c *Conn) unpark() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.unparkLocked()
}

func (c *Conn) unparkLocked() {
	if c.parked {
		c.parked = false
		c.server.workers.Go(job{(*Conn).attend, c})
	}
}
