package socket_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net"
	"time"
)

// villain is a hostile client, who picks up one bad habit after the other.
type villain struct {
	*stress
	rand *rand.Rand
}

// habit is a way to be a burden. do returns when the rest is up to the server, which has until the deadline to be rid of the connection. A
// habit that is kept up until then counts from its beginning.
type habit struct {
	name     string
	deadline time.Duration
	keptUp   bool
	do       func(v *villain, c *raw, l *line)
}

// Deadlines that follow from the limits. After a close frame of the server's, the peer has Linger to answer.
var (
	sl         = stressLimits
	atOnce     = time.Duration(0)
	afterClose = sl.Linger
	afterAny   = sl.First + sl.Message + sl.Ping + sl.Pong + sl.Write + sl.Linger
)

var habits = []habit{
	{"says nothing", sl.First + afterClose, false, func(*villain, *raw, *line) {}},
	{"pings instead of hello", sl.First + afterClose, true, func(v *villain, c *raw, l *line) {
		v.slowly(c, l, func(int) []byte { return masked(fin|ping, nil) }, 60*time.Millisecond)
	}},
	{"holds half a frame", sl.Message + afterClose, false, func(v *villain, c *raw, _ *line) {
		b := append(masked(fin|text, []byte("hello")), masked(fin|text, make([]byte, 1000))...)
		v.send(c, b[:11+1+v.rand.IntN(1000)])
	}},
	{"holds half a hello", sl.Message + afterClose, false, func(v *villain, c *raw, _ *line) {
		b := masked(fin|text, make([]byte, 1000))
		v.send(c, b[:1+v.rand.IntN(1000)])
	}},
	{"trickles", sl.Message + afterClose, true, func(v *villain, c *raw, l *line) {
		b := masked(fin|text, make([]byte, 5000))
		v.slowly(c, l, func(i int) []byte { return b[i%len(b):][:1] }, time.Duration(1+v.rand.IntN(20))*time.Millisecond)
	}},
	{"writes byte by byte", atOnce, false, func(v *villain, c *raw, _ *line) {
		b := bytes.Repeat(masked(fin|text, []byte("what an honest peer might say")), 3)
		for i := range b {
			v.send(c, b[i:i+1])
		}
		_ = c.Conn.Close()
	}},
	{"writes garbage", afterAny, false, func(v *villain, c *raw, _ *line) {
		b := make([]byte, 1+v.rand.IntN(4000))
		for i := range b {
			b[i] = byte(v.rand.Uint32())
		}
		v.send(c, b)
	}},
	{"announces too much", afterClose, false, func(v *villain, c *raw, _ *line) {
		v.send(c, header(fin|text, fin, uint64(sl.MessageBytes)+1+v.rand.Uint64N(1<<40)))
	}},
	{"sends too much", afterClose, false, func(v *villain, c *raw, _ *line) { v.send(c, masked(fin|text, make([]byte, 3*sl.MessageBytes))) }},
	{"does not mask", afterClose, false, func(v *villain, c *raw, _ *line) { v.send(c, append(header(fin|text, 0, 5), "hello"...)) }},
	{"uses reserved bits", afterClose, false, func(v *villain, c *raw, _ *line) { v.send(c, masked(fin|text|0x40, []byte("hello"))) }},
	{"uses an unknown opcode", afterClose, false, func(v *villain, c *raw, _ *line) { v.send(c, masked(fin|0x5, []byte("hello"))) }},
	{"sends no UTF-8", afterClose, false, func(v *villain, c *raw, _ *line) { v.send(c, masked(fin|text, []byte("hell\xff"))) }},
	{"sends no text", afterClose, false, func(v *villain, c *raw, _ *line) { v.send(c, masked(fin|blob, []byte("hello"))) }},
	{"floods with pings", afterClose, false, func(v *villain, c *raw, _ *line) {
		v.send(c, bytes.Repeat(masked(fin|ping, make([]byte, v.rand.IntN(100))), 101))
	}},
	{"pongs unasked", sl.Ping + sl.Pong, false, func(v *villain, c *raw, _ *line) {
		v.send(c, append(masked(fin|text, []byte("hello")), bytes.Repeat(masked(fin|pong, []byte("!")), v.rand.IntN(50))...))
	}},
	{"never pongs", sl.Ping + sl.Pong, false, func(v *villain, c *raw, _ *line) { v.send(c, masked(fin|text, []byte("hello"))) }},
	{"never ends a message", sl.Message + afterClose, true, func(v *villain, c *raw, l *line) {
		v.send(c, masked(text, []byte("hello")))
		v.slowly(c, l, func(int) []byte { return masked(more, []byte("x")) }, time.Duration(30+v.rand.IntN(60))*time.Millisecond)
	}},
	{"sends empty fragments", afterClose, false, func(v *villain, c *raw, _ *line) {
		v.send(c, append(masked(text, nil), bytes.Repeat(masked(more, nil), sl.Frames)...))
	}},
	{"hangs up in a frame", atOnce, false, func(v *villain, c *raw, _ *line) {
		v.send(c, masked(fin|text, make([]byte, 1000))[:v.rand.IntN(1000)])
		_ = c.Conn.Close()
	}},
	{"resets", atOnce, false, func(v *villain, c *raw, _ *line) {
		v.send(c, masked(fin|text, make([]byte, 1000))[:v.rand.IntN(1007)])
		c.cut()
	}},
	{"hangs up and reads", atOnce, false, func(v *villain, c *raw, _ *line) {
		v.send(c, bytes.Repeat(masked(fin|text, []byte("hello")), v.rand.IntN(20)))
		_ = c.Conn.(*net.TCPConn).CloseWrite()
		_, _ = io.Copy(io.Discard, c.in)
	}},
	{"does not read", sl.Write + sl.Linger, false, func(v *villain, c *raw, _ *line) { v.send(c, masked(fin|text, []byte("flood me"))) }},
	{"does not read a bit", afterAny, false, func(v *villain, c *raw, _ *line) {
		v.send(c, bytes.Repeat(masked(fin|text, make([]byte, 1000)), 20))
	}},
	{"talks after its close frame", afterClose, false, func(v *villain, c *raw, _ *line) {
		v.send(c, append(masked(fin|closes, []byte{3, 232}), bytes.Repeat(masked(fin|text, []byte("and another thing")), 100)...))
	}},
	{"talks after the close frame", afterClose, true, func(v *villain, c *raw, l *line) {
		v.send(c, masked(fin|blob, nil))
		v.slowly(c, l, func(int) []byte { return masked(fin|text, []byte("I stay")) }, 10*time.Millisecond)
	}},
	{"comes and goes", atOnce, false, func(v *villain, c *raw, _ *line) {
		c.cut()
		for range v.rand.IntN(10) {
			if again, err := net.Dial("tcp", v.addr); err == nil {
				again = &raw{Conn: again}
				_, _ = again.Write([]byte(v.request(&line{stress: v.stress, closed: make(chan struct{})})))
				again.(*raw).cut() // before the answer, or after it
			}
		}
	}},
	{"does not wait for the upgrade", sl.Ping + sl.Pong + afterClose, false, nil},
}

// live is one connection after the other, each with a habit.
func (v *villain) live() {
	for !v.stopped() {
		h := &habits[v.rand.IntN(len(habits))]
		var early []byte
		if h.do == nil {
			early = masked(fin|text, make([]byte, v.rand.IntN(2000)))
			early = early[:v.rand.IntN(len(early))]
		}
		c, l, err := v.dial(early, nil)
		switch {
		case err == nil:
			since := time.Now()
			if h.do != nil {
				h.do(v, c, l)
			}
			if !h.keptUp {
				since = time.Now()
			}
			v.wait(l, h.name, since.Add(h.deadline))
		default:
			v.problem("who %s cannot connect: %v", h.name, err)
		}
		if c != nil {
			_ = c.Conn.Close()
		}
	}
}

// wait demands that the server is rid of the connection in time.
func (v *villain) wait(l *line, name string, due time.Time) {
	t := time.NewTimer(time.Until(due) + slack)
	defer t.Stop()
	select {
	case <-l.closed:
	case <-t.C:
		v.problem("who %s is still there %v after the deadline", name, slack)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.met[name]++
	v.worst[name] = max(v.worst[name], l.gone.Sub(due))
}

// slowly writes one piece after the other until the server has had enough, for as long as there is patience for.
func (v *villain) slowly(c *raw, l *line, piece func(int) []byte, every time.Duration) {
	t := time.NewTicker(every)
	defer t.Stop()
	for i, began := 0, time.Now(); time.Since(began) < patience; i++ {
		select {
		case <-l.closed:
			return
		case <-t.C:
		}
		if _, err := c.Write(piece(i)); err != nil {
			return
		}
	}
}

func (v *villain) send(c *raw, b []byte) { _, _ = c.Write(b) } // the server may have had enough

// cut ends the connection with an RST.
func (r *raw) cut() {
	_ = r.Conn.(*net.TCPConn).SetLinger(0)
	_ = r.Conn.Close()
}
