package socket

import "encoding/binary"

// Opcodes and header bits of RFC 6455, section 5.2.
const (
	opControl = 0x8
	opClose   = 0x8
	opPing    = 0x9
	opPong    = 0xA
	opText    = 0x1
	finBit    = 0x80
	maskBit   = 0x80
)

const (
	// maxControlFrames may come within one controlWindow; a client needs one pong in 25 seconds.
	maxControlFrames = 100
	// maxControlBytes is the longest payload of a control frame (RFC 6455, section 5.5).
	maxControlBytes = 125
	maskBytes       = 4
)

// guard follows the client's frame headers as bytes pass by: it says where frames end, and stops what coder/websocket would follow for
// ever. It looks at headers only, never at payloads. The zero value stands between two messages.
type guard struct {
	// header holds the first bytes of a frame until its length is known.
	header [10]byte
	have   uint8
	// fin and control describe the frame under way or, between two, the last one; left is what is missing of its mask and payload.
	fin, control bool
	// inMessage says that a message was begun and not ended; frames and bytes are what it has so far.
	inMessage bool
	// controls counts control frames in the current window.
	controls uint8
	frames   uint32
	bytes    uint32
	left     uint32
}

// inFrame reports whether a frame is under way.
func (g *guard) inFrame() bool { return g.have > 0 || g.left > 0 }

// between reports whether no frame and no message is under way.
func (g *guard) between() bool { return !g.inFrame() && !g.inMessage }

// next follows p to the end of a frame, or of p. It returns how many bytes these are, whether they end the frame, and the close code if it
// is too much, 0 if not.
func (g *guard) next(p []byte, l *Limits) (n int, ends bool, code Code) {
	for n < len(p) && !ends && code == 0 {
		if g.left > 0 {
			some := min(int(g.left), len(p)-n)
			n += some
			g.left -= uint32(some)
			ends = g.left == 0
			continue
		}
		g.header[g.have] = p[n]
		g.have++
		n++
		if g.have >= 2 && g.have >= 2+lengthBytes(g.header[1]) {
			code = g.frame(l)
			ends = g.left == 0
		}
	}
	if ends && !g.control && g.fin {
		g.inMessage, g.frames, g.bytes = false, 0, 0
	}
	return n, ends, code
}

// lengthBytes is how many bytes of length follow a header whose second byte is b.
func lengthBytes(b byte) uint8 {
	switch b &^ maskBit {
	case 126:
		return 2
	case 127:
		return 8
	}
	return 0
}

// frame judges a frame whose length is known.
func (g *guard) frame(l *Limits) Code {
	length := uint64(g.header[1] &^ maskBit)
	switch length {
	case 126:
		length = uint64(binary.BigEndian.Uint16(g.header[2:]))
	case 127:
		length = binary.BigEndian.Uint64(g.header[2:])
	}
	g.have = 0
	g.fin, g.control = g.header[0]&finBit != 0, g.header[0]&opControl != 0
	if code := g.count(length, l); code != 0 {
		return code
	}
	if g.left = uint32(length); g.header[1]&maskBit != 0 {
		g.left += maskBytes
	}
	return 0
}

// count adds the frame to its message, or to the control frames.
func (g *guard) count(length uint64, l *Limits) Code {
	if g.control {
		g.controls++
		switch {
		case length > maxControlBytes:
			return CodeProtocol
		case g.controls > maxControlFrames:
			return CodePolicy
		}
		return 0
	}
	g.inMessage = true
	g.frames++
	if length > uint64(l.MessageBytes)-uint64(g.bytes) {
		return CodeTooBig
	}
	g.bytes += uint32(length)
	if g.frames > uint32(l.Frames) {
		return CodePolicy
	}
	return 0
}
