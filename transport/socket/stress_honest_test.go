package socket_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// window is how many messages an honest peer has under way at most: so few that it is never too slow a reader.
const window = 8

// peer is an honest client: it keeps to the protocol, answers pings, comes back when it was closed, and says again what had not come.
type peer struct {
	*stress
	number  int
	rand    *rand.Rand
	session *session
	// got is how many answers came. It belongs to the reader of the connection, of which there is one at a time.
	got int
}

// wire is an honest peer's side of one connection. It notes what the peer was late with, by its own clock.
type wire struct {
	*raw
	line *line
	// done is closed by the reader when there is nothing more to read; room is how many messages may be under way.
	done    chan struct{}
	room    chan struct{}
	welcome chan int

	mu sync.Mutex
	// hello is when hello had been written, last when anything was, began since when a message is under way.
	hello, last, began time.Time
	// silence is the longest time between two writes, longest what a message took.
	silence, longest time.Duration
	// left says that the peer sent its close frame or hung up, abrupt that it hung up, wrong that an answer was not the next.
	left, abrupt, wrong bool
}

// live converses until the test stops and everything has come back.
func (p *peer) live() {
	for first := true; ; first = false {
		if !first {
			p.comebacks.Add(1)
		}
		if p.connect() {
			return
		}
	}
}

// connect is one connection. It reports whether it was the last.
func (p *peer) connect() bool {
	c, l, err := p.dial(nil, p)
	if err != nil {
		p.problem("peer %d cannot connect: %v", p.number, err)
		return true
	}
	w := &wire{raw: c, line: l, done: make(chan struct{}), room: make(chan struct{}, window), welcome: make(chan int, 1), last: time.Now()}
	hello := fmt.Appendf(nil, "hello %d", p.got)
	go p.read(w)
	w.say(fin|text, hello)
	w.mu.Lock()
	w.hello = time.Now()
	w.mu.Unlock()
	finished := p.converse(w)
	p.leave(w)
	<-w.done
	_ = c.Close()
	select {
	case <-l.closed:
		p.judge(w)
	case <-time.After(slack):
		p.problem("peer %d left, and its connection did not", p.number)
	}
	return finished || w.wrong
}

// converse says what the server does not have yet. It reports whether everything came back and the test has stopped.
func (p *peer) converse(w *wire) bool {
	var have int
	select {
	case have = <-w.welcome:
	case <-w.done:
		return false
	}
	for left := p.rand.IntN(200); left > 0 && !p.stopped(); left-- {
		if !p.enter(w) {
			return false
		}
		have++
		p.send(w, numbered(p.number, have))
		switch p.rand.IntN(40) {
		case 0:
			p.pause(time.Duration(p.rand.IntN(1500))*time.Millisecond, w.line) // is silent, and asked for life
		case 1, 2, 3:
			p.pause(time.Duration(p.rand.IntN(30))*time.Millisecond, w.line)
		}
	}
	if !p.stopped() && p.rand.IntN(2) == 0 {
		return false // leaves with messages under way
	}
	for range window {
		if !p.enter(w) {
			return false
		}
	}
	return p.stopped() // with all of the window taken, nothing is under way
}

// enter waits until there is room for one more message. It reports false when the connection ended.
func (p *peer) enter(w *wire) bool {
	t := time.NewTimer(patience)
	defer t.Stop()
	select {
	case w.room <- struct{}{}:
		return true
	case <-w.done:
	case <-t.C:
		p.problem("peer %d waited for an answer in vain", p.number)
		_ = w.Conn.Close()
	}
	return false
}

// send sends a message, now and then in pieces, with a ping between two of them.
func (p *peer) send(w *wire, message []byte) {
	switch cut := p.rand.IntN(len(message)); p.rand.IntN(10) {
	case 0:
		w.say(text, message[:cut])
		if p.rand.IntN(4) == 0 {
			w.control(ping, []byte("between"))
		}
		w.say(fin|more, message[cut:])
	case 1:
		b := masked(fin|text, message)
		w.write(true, b[:cut], b[cut:])
	default:
		w.say(fin|text, message)
	}
}

// leave ends the connection in one way or another.
func (p *peer) leave(w *wire) {
	abrupt := !p.stopped() && p.rand.IntN(4) == 0
	w.mu.Lock()
	left := w.left
	w.left, w.abrupt = true, abrupt
	w.mu.Unlock()
	switch {
	case abrupt:
		_ = w.Conn.Close()
	case !left:
		w.control(closes, []byte{3, 232})
	}
}

// say writes one frame of a message.
func (w *wire) say(first byte, payload []byte) { w.write(first&fin != 0, masked(first, payload)) }

// write writes the parts of a frame and notes when. whole says that no message is under way after it.
func (w *wire) write(whole bool, parts ...[]byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.began.IsZero() {
		w.began = time.Now()
	}
	for _, b := range parts {
		_, _ = w.Write(b) // the reader will find out
	}
	w.alive()
	if w.longest = max(w.longest, time.Since(w.began)); whole {
		w.began = time.Time{}
	}
}

// control writes a control frame, which does not end the message that may be under way.
func (w *wire) control(opcode byte, payload []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, _ = w.Write(masked(fin|opcode, payload))
	w.alive()
}

func (w *wire) alive() {
	w.silence = max(w.silence, time.Since(w.last))
	w.last = time.Now()
}

// read is the reader of a connection: it checks that each answer is the one after the last.
func (p *peer) read(w *wire) {
	defer close(w.done)
	for {
		f, err := w.read()
		if err != nil {
			return
		}
		switch f.first {
		case fin | ping:
			w.control(pong, f.payload)
		case fin | closes:
			w.mu.Lock()
			left := w.left
			w.left = true
			w.mu.Unlock()
			if !left {
				w.control(closes, f.payload)
			}
			return
		case fin | text:
			if !p.answer(w, f.payload) {
				w.wrong = true
				return
			}
		}
	}
}

func (p *peer) answer(w *wire, data []byte) bool {
	var have int
	if _, err := fmt.Sscanf(string(data), "welcome %d", &have); err == nil {
		if have < p.got {
			p.problem("peer %d: the server has %d messages and sent %d answers", p.number, have, p.got)
			return false
		}
		for range have - p.got {
			w.room <- struct{}{} // what the server sends again is under way; fewer than window are
		}
		w.welcome <- have
		return true
	}
	if want := numbered(p.number, p.got+1); !bytes.Equal(data, want) {
		p.problem("peer %d got %.40q, want %.40q", p.number, data, want)
		return false
	}
	p.got++
	p.messages.Add(1)
	<-w.room
	return true
}

// judge says whether the server had reason to end the connection as it did. It had none if what it closed for had left the peer so early that
// the server could have seen it.
func (p *peer) judge(w *wire) {
	w.mu.Lock()
	defer w.mu.Unlock()
	l, code := &stressLimits, w.line.code
	p.mu.Lock()
	p.closed[code]++
	p.mu.Unlock()
	silence := max(w.silence, w.line.gone.Sub(w.last))
	longest := w.longest
	if !w.began.IsZero() {
		longest = max(longest, w.line.gone.Sub(w.began))
	}
	hello := w.hello.Sub(w.line.accepted)
	switch {
	case code == socket.CodeNormal && w.left:
	case code == socket.CodeAbnormal && (w.abrupt || silence > l.Ping*3/4+l.Pong-2*stressTick-grain):
	case code == socket.CodeUnauthorized && hello > l.First-stressTick-grain:
	case code == socket.CodePolicy && longest > l.Message-stressTick-grain:
	default:
		p.problem("peer %d was closed with %d; hello after %v, a silence of %v, a message in %v", p.number, code, hello, silence, longest)
	}
}
