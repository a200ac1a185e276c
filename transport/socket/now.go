package socket

import (
	"bytes"
	"sync"
	"time"
)

// apart is how long the last write must be ago for a frame to be written alone. Frames that come faster are left to a writer, who writes what has
// come meanwhile at once.
const apart = 250 * time.Microsecond

// SendNow is Send for a frame that comes alone. If nothing waits to be written, it gives the frame to the system before it returns, which is
// cheaper than a writer, who would have to be woken for it. It never blocks: what the system does not take at once is left to a writer.
func (c *Conn) SendNow(frame []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.mayNow(len(frame)) || !c.sendNow(frame) {
		c.sendLocked(frame)
	}
}

func (c *Conn) mayNow(size int) bool {
	o := &c.outbox
	if c.raw == nil || o.writing || o.closing() || size > batchBytes/2 {
		return false
	}
	now := c.server.now()
	quiet := now-o.wrote >= int64(apart)
	o.wrote = now
	return quiet
}

// sendNow reports false when nothing of the frame was taken. The caller holds the mutex, and there is no writer.
func (c *Conn) sendNow(frame []byte) bool {
	a := attempts.Get().(*attempt)
	defer attempts.Put(a)
	a.bytes, a.taken = appendFrame(a.bytes[:0], finBit|opText, frame), 0
	if c.raw.Write(a.try) != nil || a.taken == 0 {
		return false // an error comes again, to the writer
	}
	if a.taken < len(a.bytes) {
		c.outbox.controls = bytes.Clone(a.bytes[a.taken:]) // there are none, or there would be a writer
		c.wakeWriter()
	}
	return true
}

// attempt is one try to write.
type attempt struct {
	bytes []byte
	taken int
	try   func(fd uintptr) bool // write, made once
}

var attempts = sync.Pool{New: func() any {
	a := new(attempt)
	a.try = a.write
	return a
}}
