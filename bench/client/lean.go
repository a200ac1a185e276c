package client

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
)

// Frame types and bits (RFC 6455, section 5.2).
const (
	finBit  = 0x80
	maskBit = 0x80
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xA
)

// maxPayloadBytes is more than any frame that a system under test sends.
const maxPayloadBytes = 16 << 20

// CloseError is the server's close frame.
type CloseError struct {
	Code   int
	Reason string
}

// Error implements error.
func (e CloseError) Error() string {
	return fmt.Sprintf("closed by the server: %d %s", e.Code, e.Reason)
}

// lean is a connection of which only what RFC 6455 asks of a client is done, to a server that is trusted.
type lean struct {
	net net.Conn
	in  *bufio.Reader
	// data is the payload read last.
	data []byte

	mu  sync.Mutex
	out []byte
}

// Send implements Conn.
func (c *lean) Send(payload []byte) error { return c.send(finBit|opText, payload) }

// send writes one frame with mask 0: it keeps the generator cheap, and the server unmasks as ever.
func (c *lean) send(first byte, payload []byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := append(c.out[:0], first)
	switch n := len(payload); {
	case n < 126:
		b = append(b, maskBit|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, maskBit|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, maskBit|127), uint64(n))
	}
	b = append(b, 0, 0, 0, 0)
	c.out = append(b, payload...)
	_, err := c.net.Write(c.out)
	return err
}

// Read implements Conn.
func (c *lean) Read() ([]byte, error) {
	for {
		first, err := c.frame()
		if err != nil {
			return nil, err
		}
		switch first {
		case finBit | opText:
			return c.data, nil
		case finBit | opPing:
			if err := c.send(finBit|opPong, c.data); err != nil {
				return nil, err
			}
		case finBit | opPong:
		case finBit | opClose:
			return nil, closeError(c.data)
		default:
			return nil, fmt.Errorf("client: unexpected frame %#x", first)
		}
	}
}

// frame reads one frame into data and returns its first byte.
func (c *lean) frame() (byte, error) {
	var h [10]byte
	if _, err := io.ReadFull(c.in, h[:2]); err != nil {
		return 0, err
	}
	length := uint64(h[1])
	switch h[1] {
	case 126:
		if _, err := io.ReadFull(c.in, h[2:4]); err != nil {
			return 0, err
		}
		length = uint64(binary.BigEndian.Uint16(h[2:]))
	case 127:
		if _, err := io.ReadFull(c.in, h[2:10]); err != nil {
			return 0, err
		}
		length = binary.BigEndian.Uint64(h[2:])
	}
	if h[1]&maskBit != 0 || length > maxPayloadBytes {
		return 0, errors.New("client: a masked or endless frame from the server")
	}
	if uint64(cap(c.data)) < length {
		c.data = make([]byte, length)
	}
	c.data = c.data[:length]
	_, err := io.ReadFull(c.in, c.data)
	return h[0], err
}

func closeError(payload []byte) CloseError {
	if len(payload) < 2 {
		return CloseError{Code: 1005}
	}
	return CloseError{Code: int(binary.BigEndian.Uint16(payload)), Reason: string(payload[2:])}
}

// Close implements Conn.
func (c *lean) Close() error { return c.net.Close() }
