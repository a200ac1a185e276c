package socket

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"runtime"
	"time"

	"github.com/coder/websocket"
)

// codec is a connection of coder/websocket without a socket. It is leased for one message or control frame, which it reads from memory, and
// between two of them it holds nothing of its peer. So an idle connection needs none.
type codec struct {
	ws *websocket.Conn
	in *bufio.Reader
	// unit is what is left to read, conn whose it is.
	unit []byte
	conn *Conn
}

// codecBufferBytes is as little as bufio takes: headers pass its buffer, and payloads go by.
const codecBufferBytes = 16

// maxLease is after how long a codec that read a control frame is not used again. coder/websocket bounds each by 5 seconds and closes
// without waiting when they pass, which could then hit the next lease.
const maxLease = 4 * time.Second

// errDrained ends a read after the last frame. coder/websocket passes it on and stays usable: a read error does not close it.
var errDrained = errors.New("socket: no more frames")

// newCodec shakes hands with a client who does not exist: coder/websocket has no other way to make a server's connection.
func newCodec() *codec {
	x := &codec{}
	x.in = bufio.NewReaderSize(x, codecBufferBytes)
	ws, err := websocket.Accept(&nobody{header: make(http.Header, 4), codec: x}, &http.Request{
		Method: http.MethodGet, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
			"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"AAAAAAAAAAAAAAAAAAAAAA=="},
		},
	}, &websocket.AcceptOptions{
		CompressionMode: websocket.CompressionDisabled,
		OnPingReceived: func(_ context.Context, payload []byte) bool {
			x.conn.onPing(payload)
			return false
		},
	})
	if err != nil {
		panic("socket: coder/websocket refuses a handshake of RFC 6455: " + err.Error())
	}
	ws.SetReadLimit(-1) // the guard has counted
	// coder/websocket closes who is forgotten, by a finalizer. Its connections refer to themselves, and of such a cycle with a finalizer nothing
	// is ever freed: each codec that the pool lets go would stay. There is nothing to close.
	runtime.SetFinalizer(ws, nil)
	x.ws = ws
	return x
}

// decode reads a unit: one whole message, or one control frame, which ends with errDrained or, if it is a close frame, with that. The
// message is appended to b.
func decode(c *Conn, unit, b []byte) (websocket.MessageType, []byte, error) {
	x, _ := c.server.codecs.Get().(*codec)
	if x == nil {
		x = newCodec()
	}
	x.unit, x.conn = unit, c
	var began int64
	control := unit[0]&opControl != 0
	if control {
		began = c.server.now()
	}
	kind, r, err := x.ws.Reader(context.Background())
	if err == nil {
		b, err = readAll(r, b)
	}
	clean := err == nil || control && errors.Is(err, errDrained) && c.server.now()-began < int64(maxLease)
	x.unit, x.conn = nil, nil
	if clean {
		c.server.codecs.Put(x)
	} else {
		_ = x.ws.CloseNow()
	}
	return kind, b, err
}

func readAll(r io.Reader, b []byte) ([]byte, error) {
	for {
		if len(b) == cap(b) {
			b = append(b, 0)[:len(b)]
		}
		n, err := r.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		if errors.Is(err, io.EOF) {
			return b, nil
		}
		if err != nil {
			return b, err
		}
	}
}

// Read implements io.Reader.
func (x *codec) Read(p []byte) (int, error) {
	if len(x.unit) == 0 {
		return 0, errDrained
	}
	n := copy(p, x.unit)
	x.unit = x.unit[n:]
	return n, nil
}

// detached is the connection that coder/websocket writes to and closes: it does neither. All that leaves passes the outbox, and Conn closes.
type detached struct{ net.Conn }

func (detached) Read([]byte) (int, error)    { return 0, errDrained }
func (detached) Write(p []byte) (int, error) { return len(p), nil }
func (detached) Close() error                { return nil }

// nobody is the http.ResponseWriter of a handshake without a client.
type nobody struct {
	header http.Header
	codec  *codec
}

func (n *nobody) Header() http.Header         { return n.header }
func (n *nobody) Write(p []byte) (int, error) { return len(p), nil }
func (n *nobody) WriteHeader(int)             {}

// Hijack implements http.Hijacker.
func (n *nobody) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return attached{detached{}, n.codec}, bufio.NewReadWriter(n.codec.in, bufio.NewWriterSize(detached{}, codecBufferBytes)), nil
}

// attached is detached, but reads the codec's unit.
type attached struct {
	detached
	codec *codec
}

func (a attached) Read(p []byte) (int, error) { return a.codec.Read(p) }
