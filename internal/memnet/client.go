package memnet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
)

// Handler is told what happens to a client, one call at a time, by goroutines of the server that must not be held up.
type Handler interface {
	// OnOpen says that the server agreed to speak WebSocket.
	OnOpen()
	// OnText hands over a message; it is valid until the call returns.
	OnText(message []byte)
	// OnEnd is called once, last: with a *CloseError, with what else the server did, or with nil when it closed without a word.
	OnEnd(err error)
}

// CloseError is the server's close frame.
type CloseError struct {
	Code   int
	Reason string
}

// Error implements error.
func (e *CloseError) Error() string {
	return fmt.Sprintf("closed by the server: %d %s", e.Code, e.Reason)
}

// Request is what a client asks the server for.
type Request struct {
	From netip.AddrPort
	// Path has the query. Subprotocol is offered.
	Host, Path, Subprotocol string
	// Header is further lines, each with its line break.
	Header string
}

// Client is one WebSocket client. Dial makes it one. Send and HangUp may be called from many goroutines at once, also by its Handler.
type Client struct {
	conn    *conn
	handler Handler
	// partial is what came of a frame, or of the answer to the upgrade, that is not whole yet.
	partial []byte
	open    bool
	// closed is the server's close frame, err why the client does not go on.
	closed *CloseError
	err    error
}

// Dial connects. It returns when the server has the connection; the handler is told the rest. Errors: net.ErrClosed.
func (c *Client) Dial(n *Network, r *Request, h Handler) error {
	c.handler = h
	c.conn = newConn(r.From, c)
	c.conn.send(func(b []byte) []byte {
		return fmt.Appendf(b, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
			"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: %s\r\n%s\r\n", r.Path, r.Host, r.Subprotocol, r.Header)
	})
	return n.connect(c.conn)
}

// Frame types and bits (RFC 6455, section 5.2).
const (
	finBit  = 0x80
	maskBit = 0x80
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

// Send sends a message. It never blocks and allocates nothing once the network is warm.
func (c *Client) Send(message []byte) { c.frame(finBit|opText, message) }

// frame sends one frame with mask 0: the server unmasks as ever.
func (c *Client) frame(first byte, payload []byte) {
	c.conn.send(func(b []byte) []byte {
		b = append(b, first)
		switch n := len(payload); {
		case n < 126:
			b = append(b, maskBit|byte(n))
		case n < 1<<16:
			b = binary.BigEndian.AppendUint16(append(b, maskBit|126), uint16(n))
		default:
			b = binary.BigEndian.AppendUint64(append(b, maskBit|127), uint64(n))
		}
		return append(append(b, 0, 0, 0, 0), payload...)
	})
}

// HangUp ends the connection without a word, as a network that fails does.
func (c *Client) HangUp() { c.conn.hangUp() }

// received implements receiver.
func (c *Client) received(b []byte) error {
	if len(c.partial) > 0 {
		b = append(c.partial, b...)
		c.partial = nil
	}
	for len(b) > 0 && c.err == nil && c.closed == nil {
		n := c.take(b)
		if n == 0 {
			c.partial = bytes.Clone(b)
			break
		}
		b = b[n:]
	}
	return c.err
}

// ended implements receiver.
func (c *Client) ended() {
	if c.err == nil && c.closed != nil {
		c.err = c.closed
	}
	c.handler.OnEnd(c.err)
}

// take handles the first thing in b and returns its length; 0: it is not whole.
func (c *Client) take(b []byte) int {
	if !c.open {
		return c.answer(b)
	}
	header, payload, ok := size(b)
	if !ok || len(b) < header+payload {
		return 0
	}
	c.handle(b[0], b[header:header+payload])
	return header + payload
}

// size reads a frame's header.
func size(b []byte) (header, payload int, ok bool) {
	switch {
	case len(b) < 2:
	case b[1] < 126:
		return 2, int(b[1]), true
	case b[1] == 126 && len(b) >= 4:
		return 4, int(binary.BigEndian.Uint16(b[2:])), true
	case b[1] == 127 && len(b) >= 10:
		return 10, int(binary.BigEndian.Uint64(b[2:])), true
	}
	return 0, 0, false
}

// answer reads the server's answer to the upgrade.
func (c *Client) answer(b []byte) int {
	end := bytes.Index(b, []byte("\r\n\r\n"))
	if end < 0 {
		return 0
	}
	if !bytes.HasPrefix(b, []byte("HTTP/1.1 101 ")) {
		c.err = fmt.Errorf("the upgrade was answered with %q", b)
		return len(b)
	}
	c.open = true
	c.handler.OnOpen()
	return end + 4
}

func (c *Client) handle(first byte, payload []byte) {
	switch first {
	case finBit | opText:
		c.handler.OnText(payload)
	case finBit | opPing:
		c.frame(finBit|opPong, payload)
	case finBit | opPong:
	case finBit | opClose:
		c.closed = &CloseError{Code: 1005}
		if len(payload) >= 2 {
			c.closed.Code, c.closed.Reason = int(binary.BigEndian.Uint16(payload)), string(payload[2:])
		}
		c.frame(finBit|opClose, payload)
		c.conn.hangUp()
	default:
		c.err = fmt.Errorf("unexpected frame %#x", first)
	}
}
