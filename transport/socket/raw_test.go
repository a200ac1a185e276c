package socket_test

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// First bytes of frames (RFC 6455, section 5.2).
const (
	fin    = 0x80
	more   = 0x0
	text   = 0x1
	blob   = 0x2
	closes = 0x8
	ping   = 0x9
	pong   = 0xA
)

// raw is a client that writes whatever bytes a test wants.
type raw struct {
	net.Conn
	in *bufio.Reader
}

// frame is one frame from the server.
type frame struct {
	first   byte
	payload []byte
}

// dialRaw connects and shakes hands.
func (n *node) dialRaw(t testing.TB) *raw {
	t.Helper()
	return n.dialBytes(t, handshake)
}

// connect is dialRaw together with the server's side.
func (n *node) connect(t testing.TB) (*raw, *end) {
	t.Helper()
	c := n.dialRaw(t)
	return c, n.next(t)
}

// dialBytes connects, sends b, which begins with a handshake, and reads the handshake's answer.
func (n *node) dialBytes(t testing.TB, b string) *raw {
	t.Helper()
	c, err := net.Dial("tcp", n.addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	r := &raw{Conn: c, in: bufio.NewReader(c)}
	r.write(t, []byte(b))
	answer, err := http.ReadResponse(r.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("upgrade answered with %s", answer.Status)
	}
	return r
}

// handshake is a correct upgrade (RFC 6455, section 1.3).
const handshake = "GET / HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " + subprotocol + "\r\n\r\n"

func (r *raw) write(t testing.TB, b []byte) {
	t.Helper()
	if _, err := r.Write(b); err != nil {
		t.Fatal(err)
	}
}

// send writes one masked frame.
func (r *raw) send(t testing.TB, first byte, payload []byte) {
	t.Helper()
	r.write(t, masked(first, payload))
}

// masked is one frame as a client must send it.
func masked(first byte, payload []byte) []byte {
	mask := [4]byte{0x37, 0xfa, 0x21, 0x3d}
	b := append(header(first, fin, uint64(len(payload))), mask[:]...)
	for i, c := range payload {
		b = append(b, c^mask[i%4])
	}
	return b
}

// header is a frame's header without the mask; mask is 0x80 to announce one.
func header(first, mask byte, length uint64) []byte {
	switch {
	case length < 126:
		return []byte{first, mask | byte(length)}
	case length < 1<<16:
		return binary.BigEndian.AppendUint16([]byte{first, mask | 126}, uint16(length))
	default:
		return binary.BigEndian.AppendUint64([]byte{first, mask | 127}, length)
	}
}

// read takes the server's next frame.
func (r *raw) read() (frame, error) {
	var h [2]byte
	if _, err := io.ReadFull(r.in, h[:]); err != nil {
		return frame{}, err
	}
	length := uint64(h[1])
	switch h[1] {
	case 126:
		var b [2]byte
		if _, err := io.ReadFull(r.in, b[:]); err != nil {
			return frame{}, err
		}
		length = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		if _, err := io.ReadFull(r.in, b[:]); err != nil {
			return frame{}, err
		}
		length = binary.BigEndian.Uint64(b[:])
	}
	f := frame{first: h[0], payload: make([]byte, length)}
	_, err := io.ReadFull(r.in, f.payload)
	return f, err
}

// expect reads one frame and compares it.
func (r *raw) expect(t testing.TB, first byte, payload string) {
	t.Helper()
	f, err := r.read()
	if err != nil {
		t.Fatal(err)
	}
	if f.first != first || string(f.payload) != payload {
		t.Fatalf("got frame %#x %.80q, want %#x %.80q", f.first, f.payload, first, payload)
	}
}

// expectClose reads until the server's close frame and compares its code. Pings may come before.
func (r *raw) expectClose(t testing.TB, code socket.Code) {
	t.Helper()
	for {
		f, err := r.read()
		if err != nil {
			t.Fatalf("waiting for close %d: %v", code, err)
		}
		if f.first != fin|closes {
			continue
		}
		if len(f.payload) < 2 || socket.Code(binary.BigEndian.Uint16(f.payload)) != code {
			t.Fatalf("close frame %q, want code %d", f.payload, code)
		}
		return
	}
}

// expectGone reads until the connection is cut: not a byte may come.
func (r *raw) expectGone(t testing.TB) {
	t.Helper()
	f, err := r.read()
	if err == nil {
		t.Fatalf("got frame %#x %.80q, want the end", f.first, f.payload)
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		t.Fatal("the connection is still there")
	}
}

// leave closes the way a client should.
func (r *raw) leave(t testing.TB) {
	t.Helper()
	r.send(t, fin|closes, []byte{3, 232})
	r.expectClose(t, socket.CodeNormal)
}

// hangUp ends the client's side of the connection and leaves the other open.
func (r *raw) hangUp(t testing.TB) {
	t.Helper()
	if err := r.Conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
}

// reset ends the connection with an RST.
func (r *raw) reset(t testing.TB) {
	t.Helper()
	if err := r.Conn.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	_ = r.Close()
}
