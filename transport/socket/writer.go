package socket

import "sync"

// Send queues one text message. The frame is shared and must not be changed afterwards. It never blocks: a peer that does not read fast
// enough is closed with CodeSlowConsumer, and misses what was queued.
func (c *Conn) Send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.outbox.closing {
		return
	}
	if !c.outbox.add(frame, c.server.limits.OutboxBytes) {
		c.closeLocked(CodeSlowConsumer, "slow_consumer")
		return
	}
	c.wakeWriter()
}

// sendPong queues the answer to a ping.
func (c *Conn) sendPong(payload []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.outbox.closing {
		return
	}
	c.outbox.controls = appendFrame(c.outbox.controls, finBit|opPong, payload)
	c.wakeWriter()
}

// wakeWriter makes sure that there is a writer. It ends by itself; awaitWriter waits for it. The caller holds the mutex.
func (c *Conn) wakeWriter() {
	if !c.outbox.writing {
		c.outbox.writing = true
		go c.write()
	}
}

// awaitWriter returns when there is no writer. The connection is closing, so that none comes after it.
func (c *Conn) awaitWriter() {
	c.mu.Lock()
	if !c.outbox.writing {
		c.mu.Unlock()
		return
	}
	written := make(chan struct{})
	c.outbox.written = written
	c.mu.Unlock()
	<-written
}

var batches = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// write is the writer: it exists while there is something to write, and writes as much at once as there is.
func (c *Conn) write() {
	buffer := batches.Get().(*[]byte)
	defer batches.Put(buffer)
	for {
		batch := c.nextBatch((*buffer)[:0])
		if batch == nil {
			return
		}
		*buffer = batch
		for err := error(nil); err == nil && len(batch) > 0; {
			part := batch[:min(len(batch), batchBytes)]
			batch = batch[len(part):]
			c.writeBegins()
			_, err = c.net.Write(part)
			c.writeEnds(err, len(batch))
		}
	}
}

// nextBatch takes what waits. With nil, when nothing does, the writer is gone.
func (c *Conn) nextBatch(b []byte) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &c.outbox
	if b = o.take(b, c.server.limits.OutboxBytes); len(b) > 0 {
		return b
	}
	o.writing = false
	if o.written != nil {
		close(o.written)
		o.written = nil
	}
	return nil
}

func (c *Conn) writeBegins() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.outbox.writeBegan = c.server.now()
}

// writeEnds notes how a write went. left is what is not written of the batch.
func (c *Conn) writeEnds(err error, left int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &c.outbox
	o.writeBegan = 0
	switch {
	case err != nil:
		o.abandon(c.server.now())
		c.cut()
	case o.closeTaken && left == 0:
		o.closeLeft = c.server.now()
	}
}
