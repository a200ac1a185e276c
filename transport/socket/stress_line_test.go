package socket_test

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// line is the server's side of one connection of the stress test.
type line struct {
	stress *stress
	// session is an honest peer's, nil for others.
	session *session
	peer    int
	conn    *socket.Conn
	// accepted is when the upgrade began; code and gone say how and when the line ended, and are set when closed is closed.
	accepted time.Time
	closed   chan struct{}
	code     socket.Code
	gone     time.Time
}

// session is what outlives the connections of an honest peer: how many of its messages came.
type session struct {
	mu   sync.Mutex
	line *line
	have int
}

// OnOpen implements socket.Handler.
func (l *line) OnOpen(c *socket.Conn) { l.conn = c }

// OnClose implements socket.Handler.
func (l *line) OnClose(code socket.Code, _ string) {
	if l.conn != nil && socket.Waiting(l.conn) {
		l.stress.problem("something waits in the outbox of a connection that ended with %d", code)
	}
	l.code, l.gone = code, time.Now()
	close(l.closed)
}

// OnMessage implements socket.Handler.
func (l *line) OnMessage(data []byte) {
	switch {
	case l.session != nil:
		l.session.onMessage(l, data)
	case string(data) == "flood me":
		for range 2 * stressLimits.OutboxBytes / len(flood) {
			l.conn.Send(flood)
		}
	default:
		l.conn.SendNow(bytes.Clone(data))
	}
}

// flood is a frame of those that are sent to a peer who does not read.
var flood = bytes.Repeat([]byte("f"), 4<<10)

// stuckBytes is what the system is asked to keep for a peer who does not read.
const stuckBytes = 16 << 10

// onMessage takes hello, which tells how many answers the peer has, and answers it with how many messages there are, and with what the
// peer missed. Then each message must be the one after the last.
func (s *session) onMessage(l *line, data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int
	if _, err := fmt.Sscanf(string(data), "hello %d", &n); err == nil {
		s.line = l
		l.conn.Send(fmt.Appendf(nil, "welcome %d", s.have))
		for ; n < s.have; n++ {
			l.conn.Send(numbered(l.peer, n+1))
		}
		return
	}
	if s.line != l {
		return // the peer is on another connection by now, and says it there
	}
	if want := numbered(l.peer, s.have+1); !bytes.Equal(data, want) {
		l.stress.problem("peer %d: the server got %.40q, want %.40q", l.peer, data, want)
		return
	}
	s.have++
	if s.have%3 == 0 {
		l.conn.SendNow(bytes.Clone(data))
	} else {
		l.conn.Send(bytes.Clone(data))
	}
}

// numbered is a peer's message. Its length follows from its number.
func numbered(peer, n int) []byte {
	sizes := []int{0, 20, 120, 130, 200, 60, 1000, 30, 250, 260, 40, 3000}
	return fmt.Appendf(nil, "%d of %d %s", n, peer, strings.Repeat("x", sizes[(n*7+peer)%len(sizes)]))
}

// dial connects a new line, whose handshake is followed by early bytes.
func (s *stress) dial(early []byte, honest *peer) (*raw, *line, error) {
	l := &line{stress: s, closed: make(chan struct{})}
	if honest != nil {
		l.session, l.peer = honest.session, honest.number
	}
	request := s.request(l)
	c, err := net.Dial("tcp", s.addr)
	if err != nil {
		return nil, nil, err
	}
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	_ = c.(*net.TCPConn).SetReadBuffer(stuckBytes)
	r := &raw{Conn: c, in: bufio.NewReaderSize(c, 512)}
	if _, err := c.Write(append([]byte(request), early...)); err != nil {
		return r, l, err
	}
	answer, err := http.ReadResponse(r.in, nil)
	if err != nil {
		return r, l, err
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		return r, l, fmt.Errorf("upgrade answered with %s", answer.Status)
	}
	return r, l, nil
}

// request is the handshake of a line.
func (s *stress) request(l *line) string {
	number := s.count.Add(1)
	s.lines.Store(number, l)
	return strings.Replace(handshake, "GET /", fmt.Sprintf("GET /?line=%d", number), 1)
}
