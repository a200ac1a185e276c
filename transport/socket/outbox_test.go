package socket_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// TestNeverReading sends to a peer that takes nothing until its outbox is full. It is closed as a slow consumer and cut off, while somebody
// else on the same server notices nothing.
func TestNeverReading(t *testing.T) {
	n := start(t, socket.Limits{OutboxBytes: 64 << 10, Write: short, Linger: short}, echo)
	stuck, stuckEnd := n.connect(t)
	other := n.dialRaw(t)
	other.send(t, fin|text, []byte("hello"))
	other.expect(t, fin|text, "hello")
	frame := bytes.Repeat([]byte("f"), 1000)
	for len(stuckEnd.closed) == 0 {
		stuckEnd.conn.Send(frame)
		other.send(t, fin|text, []byte("meanwhile"))
		other.expect(t, fin|text, "meanwhile")
	}
	stuckEnd.expectEnd(t, socket.CodeSlowConsumer)
	for {
		f, err := stuck.read()
		if err != nil || f.first == fin|closes {
			break // what the system had taken for it is all
		}
		if f.first != fin|text || !bytes.Equal(f.payload, frame) {
			t.Fatalf("got frame %#x of %d bytes", f.first, len(f.payload))
		}
	}
	other.leave(t)
}

// TestSlowConsumerIsTold lets the peer read again before it is cut off: it gets what was being written, whole, and then the code.
func TestSlowConsumerIsTold(t *testing.T) {
	n := start(t, socket.Limits{OutboxBytes: 64 << 10}, nil)
	c, e := n.connect(t)
	e.conn.Send(big)
	if _, err := c.in.Peek(1); err != nil { // the writer is at work
		t.Fatal(err)
	}
	for socket.Open(e.conn) {
		e.conn.Send(bytes.Repeat([]byte("f"), 1000))
	}
	c.expect(t, fin|text, string(big))
	c.expect(t, fin|closes, "\x0f\xa8slow_consumer")
	c.send(t, fin|closes, []byte{3, 232})
	c.expectGone(t)
	e.expectEnd(t, socket.CodeSlowConsumer)
}

// big is more than the system takes for a peer that does not read.
var big = bytes.Repeat([]byte("b"), 12<<20)

// TestTinyFramesAreBounded counts what a frame costs beside its bytes.
func TestTinyFramesAreBounded(t *testing.T) {
	n := start(t, socket.Limits{OutboxBytes: 64 << 10, Write: short, Linger: short}, nil)
	_, e := n.connect(t)
	e.conn.Send(big)
	for range 4 << 10 {
		e.conn.Send(nil)
	}
	if socket.Open(e.conn) {
		t.Error("4,096 empty frames wait in an outbox of 64 KiB")
	}
}

// TestBigFrame is larger than the outbox, and arrives when nothing else waits.
func TestBigFrame(t *testing.T) {
	n := start(t, socket.Limits{OutboxBytes: 10_000}, nil)
	c, e := n.connect(t)
	e.conn.Send(big)
	c.expect(t, fin|text, string(big))
	c.leave(t)
}

// TestSlowReaderInTime takes a message far larger than the system's buffers in small steps, each in time, for much longer than one write may
// take.
func TestSlowReaderInTime(t *testing.T) {
	const write = 2 * time.Second // A busy machine may stop this test for a good part of a second.
	n := start(t, socket.Limits{Write: write, OutboxBytes: 64 << 10, First: time.Minute}, nil)
	c, e := n.connect(t)
	e.conn.Send(big)
	every := time.NewTicker(write / 50)
	defer every.Stop()
	buffer := make([]byte, len(big)/100)
	for left := len(big) + len(header(0, 0, uint64(len(big)))); left > 0; <-every.C {
		got, err := c.in.Read(buffer[:min(left, len(buffer))])
		if err != nil {
			t.Fatalf("%d bytes before the end: %v", left, err)
		}
		left -= got
	}
	c.leave(t)
}

// TestClose sends what is queued, then the close frame, and nothing after it.
func TestClose(t *testing.T) {
	n := start(t, socket.Limits{}, nil)
	c, e := n.connect(t)
	for i := range 100 {
		e.conn.Send(fmt.Appendf(nil, "message %d", i))
	}
	e.conn.Close(4410, "deleted")
	e.conn.Send([]byte("too late"))
	e.conn.Close(4000, "only the first counts")
	for i := range 100 {
		c.expect(t, fin|text, fmt.Sprintf("message %d", i))
	}
	c.expect(t, fin|closes, "\x11\x3adeleted")
	c.send(t, fin|text, []byte("is dropped"))
	c.send(t, fin|closes, []byte("\x11\x3adeleted"))
	c.expectGone(t)
	if got := receive(t, e.closed, "OnClose"); got != (closing{4410, "deleted"}) {
		t.Errorf("OnClose(%v)", got)
	}
	if len(e.messages) > 0 {
		t.Errorf("a message came after Close: %q", <-e.messages)
	}
}

// TestCloseReason fits into its frame, as UTF-8.
func TestCloseReason(t *testing.T) {
	n := start(t, socket.Limits{}, nil)
	c, e := n.connect(t)
	e.conn.Close(4000, string(bytes.Repeat([]byte("é"), 100)))
	c.expect(t, fin|closes, "\x0f\xa0"+string(bytes.Repeat([]byte("é"), 61)))
}

// TestPeerCloses tells the handler the peer's code and reason, and the peer its own code.
func TestPeerCloses(t *testing.T) {
	for name, v := range map[string]struct {
		sent, answer string
		want         closing
	}{
		"normal":    {"\x03\xe8bye", "\x03\xe8bye", closing{socket.CodeNormal, "bye"}},
		"going":     {"\x03\xe9", "\x03\xe9", closing{socket.CodeGoingAway, ""}},
		"own":       {"\x0f\xa0mine", "\x0f\xa0mine", closing{4000, "mine"}},
		"no status": {"", "", closing{socket.CodeNoStatus, ""}},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, socket.Limits{}, nil)
			c, e := n.connect(t)
			c.send(t, fin|closes, []byte(v.sent))
			c.expect(t, fin|closes, v.answer)
			c.expectGone(t)
			if got := receive(t, e.closed, "OnClose"); got != v.want {
				t.Errorf("OnClose(%v)", got)
			}
		})
	}
}
