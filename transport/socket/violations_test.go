package socket_test

import (
	"bytes"
	"slices"
	"testing"

	"github.com/parlor-chat/parlor/transport/socket"
)

// TestViolations sends what breaks RFC 6455 or our limits. Whoever sends it is told the reason by a close frame that really arrives, and the
// handler sees nothing but the end, with the same code.
func TestViolations(t *testing.T) {
	join := func(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
	limits := socket.Limits{MessageBytes: 1000, Frames: 64}
	for name, v := range map[string]struct {
		bytes []byte
		code  socket.Code
	}{
		"unmasked":                {append(header(fin|text, 0, 2), "hi"...), socket.CodeProtocol},
		"RSV1":                    {masked(fin|0x40|text, []byte("hi")), socket.CodeProtocol},
		"RSV2":                    {masked(fin|0x20|text, []byte("hi")), socket.CodeProtocol},
		"RSV3":                    {masked(fin|0x10|text, []byte("hi")), socket.CodeProtocol},
		"reserved data opcode":    {masked(fin|0x3, []byte("hi")), socket.CodeProtocol},
		"reserved control":        {masked(fin|0xB, nil), socket.CodeProtocol},
		"stray continuation":      {masked(fin|more, []byte("hi")), socket.CodeProtocol},
		"message in a message":    {join(masked(text, []byte("a")), masked(fin|text, []byte("b"))), socket.CodeProtocol},
		"ping of 126 bytes":       {masked(fin|ping, make([]byte, 126)), socket.CodeProtocol},
		"fragmented ping":         {masked(ping, []byte("a")), socket.CodeProtocol},
		"close of 1 byte":         {masked(fin|closes, []byte{3}), socket.CodeProtocol},
		"close with code 999":     {masked(fin|closes, []byte{3, 231}), socket.CodeProtocol},
		"close with code 1005":    {masked(fin|closes, []byte{3, 237}), socket.CodeProtocol},
		"binary":                  {masked(fin|blob, []byte("hi")), socket.CodeUnsupported},
		"empty binary":            {masked(fin|blob, nil), socket.CodeUnsupported},
		"invalid UTF-8":           {masked(fin|text, []byte("a\xffb")), socket.CodeInvalidUTF8},
		"half a rune":             {masked(fin|text, []byte("a\xc3")), socket.CodeInvalidUTF8},
		"surrogate":               {masked(fin|text, []byte("\xed\xa0\x80")), socket.CodeInvalidUTF8},
		"one byte too long":       {masked(fin|text, bytes.Repeat([]byte("a"), 1001)), socket.CodeTooBig},
		"too long in fragments":   {join(masked(text, make([]byte, 600)), masked(fin|more, make([]byte, 401))), socket.CodeTooBig},
		"2^62 bytes":              {header(fin|text, fin, 1<<62), socket.CodeTooBig},
		"2^64-1 bytes":            {header(fin|text, fin, 1<<64-1), socket.CodeTooBig},
		"sum of lengths wraps":    {join(masked(text, []byte("a")), header(fin|more, fin, 1<<64-1)), socket.CodeTooBig},
		"65 empty frames":         {join(masked(text, nil), bytes.Repeat(masked(more, nil), 64)), socket.CodePolicy},
		"endless empty frames":    {join(masked(text, nil), bytes.Repeat(masked(more, nil), 5000)), socket.CodePolicy},
		"ping flood":              {bytes.Repeat(masked(fin|ping, []byte("x")), 5000), socket.CodePolicy},
		"pong flood":              {bytes.Repeat(masked(fin|pong, nil), 5000), socket.CodePolicy},
		"violation, then a flood": {join(masked(fin|0x3, nil), bytes.Repeat(masked(fin|text, []byte("x")), 100_000)), socket.CodeProtocol},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := start(t, limits, nil)
			c, e := n.connect(t)
			sent := make(chan error, 1)
			go func() { _, err := c.Write(v.bytes); sent <- err }()
			c.expectClose(t, v.code)
			if err := receive(t, sent, "the write"); err != nil {
				t.Fatalf("the connection was reset before the client had written: %v", err)
			}
			c.hangUp(t)
			c.expectGone(t)
			e.expectEnd(t, v.code)
			if len(e.messages) > 0 {
				t.Fatalf("the handler got %q", <-e.messages)
			}
		})
	}
}

// TestBeforeAViolation handles what came before it, even in the same packet.
func TestBeforeAViolation(t *testing.T) {
	for name, v := range map[string]struct {
		bytes []byte
		code  socket.Code
	}{
		"that the guard finds": {header(fin|text, fin, 1<<40), socket.CodeTooBig},
		"that coder finds":     {masked(fin|0x3, nil), socket.CodeProtocol},
		"a close frame":        {masked(fin|closes, []byte{3, 232}), socket.CodeNormal},
	} {
		t.Run(name, func(t *testing.T) {
			n := start(t, socket.Limits{}, nil)
			c, e := n.connect(t)
			c.write(t, bytes.Join([][]byte{masked(fin|text, []byte("one")), masked(fin|text, []byte("two")), v.bytes}, nil))
			for _, want := range []string{"one", "two"} {
				if got := receive(t, e.messages, "the message"); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			}
			c.expectClose(t, v.code)
			c.hangUp(t)
			e.expectEnd(t, v.code)
		})
	}
}

// TestCloseInsideAMessage is answered although the message will never be whole.
func TestCloseInsideAMessage(t *testing.T) {
	n := start(t, socket.Limits{}, nil)
	c, e := n.connect(t)
	c.send(t, text, []byte("and"))
	c.send(t, fin|ping, []byte("still here"))
	c.expect(t, fin|pong, "still here")
	c.leave(t)
	e.expectEnd(t, socket.CodeNormal)
}

// TestAtTheLimit sends what is just allowed.
func TestAtTheLimit(t *testing.T) {
	whole := bytes.Repeat([]byte("a"), 1000)
	for name, v := range map[string]struct {
		frames [][]byte
		want   string
	}{
		"one frame": {[][]byte{masked(fin|text, whole)}, string(whole)},
		"64 frames": {slices.Concat(
			[][]byte{masked(text, whole[:10])}, repeat(masked(more, nil), 62), [][]byte{masked(fin|more, whole[10:])},
		), string(whole)},
		"a pong in between":    {[][]byte{masked(text, whole[:500]), masked(fin|pong, nil), masked(fin|more, whole[500:])}, string(whole)},
		"a rune across frames": {[][]byte{masked(text, []byte("\xe2\x82")), masked(fin|more, []byte("\xac"))}, "€"},
		"empty":                {[][]byte{masked(fin|text, nil)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := start(t, socket.Limits{MessageBytes: 1000, Frames: 64}, nil)
			c, e := n.connect(t)
			for range 2 { // the second finds the counts at zero again
				c.write(t, bytes.Join(v.frames, nil))
				if got := receive(t, e.messages, "the message"); got != v.want {
					t.Fatalf("got %d bytes: %.80q", len(got), got)
				}
			}
			c.leave(t)
			e.expectEnd(t, socket.CodeNormal)
		})
	}
}

// TestManyFrames allows more fragments than a byte counts.
func TestManyFrames(t *testing.T) {
	n := start(t, socket.Limits{Frames: 300}, nil)
	c, e := n.connect(t)
	c.write(t, bytes.Join(append(repeat(masked(text, nil), 1), append(repeat(masked(more, nil), 298), masked(fin|more, nil))...), nil))
	if got := receive(t, e.messages, "the message"); got != "" {
		t.Fatalf("got %q", got)
	}
	c.write(t, bytes.Join(append(repeat(masked(text, nil), 1), repeat(masked(more, nil), 300)...), nil))
	c.expectClose(t, socket.CodePolicy)
}

func repeat(b []byte, n int) [][]byte {
	all := make([][]byte, n)
	for i := range all {
		all[i] = b
	}
	return all
}
