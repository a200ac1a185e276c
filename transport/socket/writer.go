package socket

import "sync"

// Send queues one text message. The frame is shared and must not be changed afterwards. It never blocks: a peer that does not read fast
// enough is closed with CodeSlowConsumer, and misses what was queued.
func (c *Conn) Send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sendLocked(frame)
}

func (c *Conn) sendLocked(frame []byte) {
	if c.outbox.closing() {
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
	if c.outbox.closing() {
		return
	}
	c.outbox.controls = appendFrame(c.outbox.controls, finBit|opPong, payload)
	c.wakeWriter()
}

// wakeWriter makes sure that there is a writer. It ends by itself; awaitWriter waits for it. The caller holds the mutex.
func (c *Conn) wakeWriter() {
	if !c.outbox.writing {
		c.outbox.writing = true
		c.server.workers.Go(job{(*Conn).write, c})
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
	var rest []byte
	for err := error(nil); ; {
		if rest = c.nextPart(buffer, rest, err); rest == nil {
			return
		}
		n := min(len(rest), batchBytes)
		_, err = c.net.Write(rest[:n])
		rest = rest[n:]
	}
}

// nextPart notes how the last write went, and returns what is to be written next, of which not more than batchBytes may be written at once:
// rest, what is left of a batch, or else the next batch, which buffer holds. With nil, when nothing waits, the writer is gone.
func (c *Conn) nextPart(buffer *[]byte, rest []byte, err error) []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	o, now := &c.outbox, c.server.now()
	if err != nil {
		o.abandon(now)
		c.cutLocked()
		rest = nil
	}
	if len(rest) == 0 {
		if f := o.farewell; f != nil && f.taken && err == nil {
			f.left = now
		}
		if o.asked == askTaken {
			o.asked = now
		}
		*buffer = o.take((*buffer)[:0], c.server.limits.OutboxBytes)
		rest = *buffer
	}
	o.writeBegan = now
	if len(rest) == 0 {
		o.writeBegan, o.writing, o.wrote = 0, false, now
		if o.written != nil {
			close(o.written)
			o.written = nil
		}
		return nil
	}
	return rest
}
