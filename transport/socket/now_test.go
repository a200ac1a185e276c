package socket_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/transport/socket"
)

// TestSendNow mixes frames that are written at once with queued ones, to a peer that reads only now and then: all come whole and in order, also
// where the system took but a part of one.
func TestSendNow(t *testing.T) {
	const rounds, frames, size = 2, 1200, 15_000 // each round is more than the system takes
	n := start(t, socket.Limits{OutboxBytes: 2 * frames * size, Write: patience, First: time.Minute}, nil)
	c, e := n.connect(t)
	for round := range rounds {
		for i := range frames {
			frame := bytes.Repeat([]byte{byte(i)}, size)
			binary.BigEndian.PutUint64(frame, uint64(i))
			if i%10 == round {
				e.conn.Send(frame)
				continue
			}
			time.Sleep(300 * time.Microsecond) // long enough to be alone
			e.conn.SendNow(frame)
		}
		for i := range frames {
			f, err := c.read()
			if err != nil {
				t.Fatal(err)
			}
			if len(f.payload) != size || binary.BigEndian.Uint64(f.payload) != uint64(i) || f.payload[size-1] != byte(i) {
				t.Fatalf("round %d, frame %d: %d bytes that begin with %x", round, i, len(f.payload), f.payload[:min(8, len(f.payload))])
			}
		}
	}
	c.leave(t)
}

// TestSendNowToNobody: a peer that is gone is found out as with Send, and who is closed is sent nothing more.
func TestSendNowToNobody(t *testing.T) {
	n := start(t, socket.Limits{}, nil)
	c, e := n.connect(t)
	e.conn.SendNow([]byte("alone"))
	c.expect(t, fin|text, "alone")
	e.conn.Close(4410, "deleted")
	e.conn.SendNow([]byte("too late"))
	c.expect(t, fin|closes, "\x11\x3adeleted")

	gone, goneEnd := n.connect(t)
	if err := gone.Close(); err != nil {
		t.Fatal(err)
	}
	for len(goneEnd.closed) == 0 {
		goneEnd.conn.SendNow([]byte("is anybody there?"))
		time.Sleep(time.Millisecond)
	}
	goneEnd.expectEnd(t, socket.CodeAbnormal)
}
