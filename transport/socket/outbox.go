package socket

import (
	"encoding/binary"
	"sync"
)

// batchBytes is how much is written at once: enough for many small frames, little enough to copy.
const batchBytes = 32 << 10

// maxReasonBytes is what a close frame has room for (RFC 6455, section 5.5).
const maxReasonBytes = 123

// outbox is what waits to be written. The connection's mutex covers it.
type outbox struct {
	frames [][]byte
	bytes  int
	// controls are frames of coder's: pongs, and the answer to a close.
	controls []byte
	ping     bool
	// writing says that the writer exists, writeBegan since when it is in a write.
	writing    bool
	writeBegan int64
	// closing says that no more frames are taken, closeSent that a close frame is out or on its way: nothing may follow it
	// (RFC 6455, section 5.5.1).
	closing   bool
	closeSent bool
	code      Code
	reason    string
	// written is closed when the writer ends; the reader waits for it.
	written chan struct{}
}

// Send queues one text message. The frame is shared and must not be changed afterwards. It never blocks: a peer that does not read fast
// enough is closed with CodeSlowConsumer, and misses what was queued.
func (c *Conn) Send(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &c.outbox
	if o.closing {
		return
	}
	if o.bytes+len(frame) > c.server.limits.OutboxBytes {
		o.frames, o.bytes = nil, 0
		c.closeLocked(CodeSlowConsumer, "slow_consumer")
		return
	}
	o.frames = append(o.frames, frame)
	o.bytes += len(frame)
	c.wakeWriter()
}

// Close sends what is queued and then a close frame, and ends the connection when the peer answers or time is up. It never blocks. Only
// the first call counts.
func (c *Conn) Close(code Code, reason string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closeLocked(code, reason)
}

func (c *Conn) closeLocked(code Code, reason string) {
	o := &c.outbox
	if o.closing {
		return
	}
	o.closing, o.code, o.reason = true, code, reason[:min(len(reason), maxReasonBytes)]
	c.closedAt = c.server.now()
	c.wakeWriter()
}

// sendControl queues a control frame of coder's.
func (c *Conn) sendControl(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &c.outbox
	if o.closeSent || len(frame) == 0 {
		return
	}
	if frame[0] == finBit|opClose {
		o.closeSent = true
		o.frames, o.bytes = nil, 0
	}
	o.controls = append(o.controls, frame...)
	c.wakeWriter()
}

// wakeWriter makes sure that there is a writer. It ends by itself; finish waits for it.
func (c *Conn) wakeWriter() {
	if !c.outbox.writing {
		c.outbox.writing = true
		go c.write()
	}
}

// lastWrite returns what ends with the writer, nil when there is none.
func (c *Conn) lastWrite() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.outbox.writing {
		return nil
	}
	c.outbox.written = make(chan struct{})
	return c.outbox.written
}

var batches = sync.Pool{New: func() any { b := make([]byte, 0, 4<<10); return &b }}

// write is the writer: it exists while there is something to write, and writes as much at once as there is.
func (c *Conn) write() {
	buffer := batches.Get().(*[]byte)
	defer batches.Put(buffer)
	for {
		c.mu.Lock()
		batch := c.outbox.take((*buffer)[:0])
		if len(batch) == 0 {
			c.outbox.end()
			c.mu.Unlock()
			return
		}
		c.outbox.writeBegan = c.server.now()
		c.mu.Unlock()
		*buffer = batch
		_, err := c.net.Write(batch)
		c.mu.Lock()
		c.outbox.writeBegan = 0
		if err != nil {
			c.outbox.abandon()
		}
		c.mu.Unlock()
		if err != nil {
			c.cut()
		}
	}
}

// take moves what waits into b, in the order in which it may leave: messages, control frames, the close frame last.
func (o *outbox) take(b []byte) []byte {
	n := 0
	for n < len(o.frames) && (n == 0 || len(b)+len(o.frames[n]) < batchBytes) {
		b = appendFrame(b, finBit|opText, o.frames[n])
		o.bytes -= len(o.frames[n])
		o.frames[n] = nil
		n++
	}
	if n < len(o.frames) {
		o.frames = o.frames[n:]
		return b
	}
	o.frames = nil
	b = append(b, o.controls...)
	o.controls = nil
	if o.ping {
		o.ping = false
		b = appendFrame(b, finBit|opPing, nil)
	}
	if o.closing && !o.closeSent && o.code != CodeAbnormal {
		o.closeSent = true
		payload := binary.BigEndian.AppendUint16(make([]byte, 0, 2+maxReasonBytes), uint16(o.code))
		b = appendFrame(b, finBit|opClose, append(payload, o.reason...))
	}
	return b
}

// abandon gives up what cannot be written any more.
func (o *outbox) abandon() {
	o.frames, o.bytes, o.controls, o.ping = nil, 0, nil, false
	o.closing, o.closeSent = true, true
	if o.code == 0 {
		o.code = CodeAbnormal
	}
}

// end says that the writer is gone.
func (o *outbox) end() {
	o.writing = false
	if o.written != nil {
		close(o.written)
		o.written = nil
	}
}

// appendFrame appends an unmasked, unfragmented frame (RFC 6455, section 5.2).
func appendFrame(b []byte, first byte, payload []byte) []byte {
	switch n := len(payload); {
	case n < 126:
		b = append(b, first, byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, first, 126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, first, 127), uint64(n))
	}
	return append(b, payload...)
}
