package socket

import (
	"errors"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// controlWindow is for how long control frames are counted.
const controlWindow = 10 * time.Second

// half is what came of a message that is not whole yet, as it came. It grows with what the peer sent, not with what it announced.
type half struct {
	bytes []byte
	// frame is where the frame under way begins: a control frame may stand inside a message, and leaves before it.
	frame int
}

// arrived handles what the peer sent: each message and control frame that is complete. It reports whether the connection goes on.
func (c *Conn) arrived(p []byte) bool {
	c.begin()
	passed, goOn := c.follow(p)
	c.done(passed)
	return goOn
}

// follow divides p into frames. It also reports whether it came by a place between two messages.
func (c *Conn) follow(p []byte) (passed, goOn bool) {
	for len(p) > 0 {
		begins := !c.guard.inFrame()
		n, ends, code := c.guard.next(p, &c.server.limits)
		if code != 0 {
			c.Close(code, code.reason())
			return passed, false
		}
		if unit := c.collect(p[:n], begins, ends); unit != nil && !c.handle(unit) {
			return passed, false
		}
		passed = passed || c.guard.between()
		p = p[n:]
	}
	return passed, true
}

// collect adds a piece of a frame to what came before, and returns the message or control frame that it completes, nil if it does not. A
// unit is valid until the next piece.
func (c *Conn) collect(piece []byte, begins, ends bool) []byte {
	control := ends && c.guard.control
	message := ends && !c.guard.inMessage && !control
	if begins && (control || message && c.half == nil) {
		return piece
	}
	if c.half == nil {
		c.half = &half{}
	}
	h := c.half
	if begins {
		h.frame = len(h.bytes)
	}
	h.bytes = append(h.bytes, piece...)
	unit := h.bytes
	switch {
	case control:
		unit, h.bytes = h.bytes[h.frame:], h.bytes[:h.frame]
	case !message:
		return nil
	}
	if c.guard.between() {
		c.half = nil
	}
	return unit
}

// messages are buffers for incoming messages; most need one for a moment only.
var messages = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// handle decodes a unit and tells the handler. It reports whether the connection goes on.
func (c *Conn) handle(unit []byte) bool {
	buffer := messages.Get().(*[]byte)
	defer messages.Put(buffer)
	kind, data, err := decode(c, unit, (*buffer)[:0])
	*buffer = data
	switch {
	case kind == 0 && errors.Is(err, errDrained): // a ping or pong
	case err != nil:
		c.ended(err)
		return false
	case c.isClosing(): // read on, until the peer's close frame or the clock's patience ends it
	case kind != websocket.MessageText:
		c.Close(CodeUnsupported, "send text")
	case !utf8.Valid(data):
		c.Close(CodeInvalidUTF8, "send UTF-8")
	default:
		c.spoke = true
		c.handler.OnMessage(data)
	}
	return true
}

// begin notes a sign of life.
func (c *Conn) begin() {
	now := c.server.now()
	if now-c.window > int64(controlWindow) {
		c.window, c.guard.controls = now, 0
	}
	c.talking = c.raw != nil && c.said != 0 && now-c.said < int64(silentAfter)
	c.said = now
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard, c.outbox.asked, c.handling = now, 0, true
}

// done notes that the reader waits for the peer again, and since when a frame or message is under way. The time that the handler took is
// not the peer's.
func (c *Conn) done(passed bool) {
	now := c.server.now()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard, c.handling = now, false
	c.dry.Store(handled)
	c.greeted, c.grown = c.greeted || c.spoke, c.talking
	switch {
	case c.guard.between():
		c.midMessage = 0
	case passed || c.midMessage == 0:
		c.midMessage = now
	}
}
