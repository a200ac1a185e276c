package socket

import "encoding/binary"

// Opcodes and header bits of RFC 6455, section 5.2.
const (
	opControl = 0x8
	opClose   = 0x8
	opPing    = 0x9
	opText    = 0x1
	finBit    = 0x80
	maskBit   = 0x80
)

// maxControlFrames may come within one controlWindow; a client needs one pong in 25 seconds.
const maxControlFrames = 100

// guard follows the client's frame headers as bytes pass by, and stops what coder/websocket would follow for ever. It looks at headers
// only, never at payloads. The zero value stands between two messages.
type guard struct {
	header  [14]byte
	have    uint8
	need    uint8
	control bool
	// inMessage says that a message was begun and not ended.
	inMessage bool
	frames    uint8
	controls  uint8
	left      uint64
	bytes     uint64
}

// between reports whether no frame and no message is under way.
func (g *guard) between() bool { return g.have == 0 && g.left == 0 && !g.inMessage }

// feed follows p. It returns the close code for the first thing that is too much, 0 for none.
func (g *guard) feed(p []byte, l *Limits) Code {
	for len(p) > 0 {
		if g.left > 0 {
			n := min(g.left, uint64(len(p)))
			p = p[n:]
			if g.left -= n; g.left == 0 {
				g.frameDone()
			}
			continue
		}
		g.header[g.have] = p[0]
		g.have++
		p = p[1:]
		if g.have == 2 {
			g.need = headerBytes(g.header[1])
		}
		if g.have >= 2 && g.have == g.need {
			if code := g.frame(l); code != 0 {
				return code
			}
		}
	}
	return 0
}

// headerBytes is the length of a header whose second byte is b.
func headerBytes(b byte) uint8 {
	n := uint8(2)
	switch b &^ maskBit {
	case 126:
		n += 2
	case 127:
		n += 8
	}
	if b&maskBit != 0 {
		n += 4
	}
	return n
}

// frame judges a complete header.
func (g *guard) frame(l *Limits) Code {
	length := uint64(g.header[1] &^ maskBit)
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(g.header[2:]))
	case 127:
		length = binary.BigEndian.Uint64(g.header[2:])
	}
	g.control = g.header[0]&opControl != 0
	if g.control {
		if g.controls++; g.controls > maxControlFrames {
			return CodePolicy
		}
	} else {
		g.frames++
		g.bytes += length
		g.inMessage = true
		switch {
		case length > uint64(l.MessageBytes) || g.bytes > uint64(l.MessageBytes):
			return CodeTooBig
		case int(g.frames) > l.Frames:
			return CodePolicy
		}
	}
	g.have = 0
	g.left = length
	if length == 0 {
		g.frameDone()
	}
	return 0
}

// frameDone ends a frame, and its message if it was the last one.
func (g *guard) frameDone() {
	if !g.control && g.header[0]&finBit != 0 {
		g.inMessage, g.frames, g.bytes = false, 0, 0
	}
}
