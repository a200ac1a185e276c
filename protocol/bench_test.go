package protocol_test

import (
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// long is a message of the largest size, of the kind of text that people write.
func long() chat.Message {
	m := question
	m.Content.Text = strings.Repeat("Où est « mon » colis ?\n", chat.MaxTextChars)[:chat.MaxTextChars]
	m.Content.Text = valid(m.Content.Text)
	return m
}

// The encoders of messages and answers run for every message: they make one allocation, the frame that they return.
func TestEncodersAllocateOnce(t *testing.T) {
	large := long()
	welcome := protocol.VisitorWelcome{
		Session: session, Token: session.String(), Epoch: "0011223344556677", Resume: "none", Website: site, Agents: agents(true),
		Cookie: &protocol.CookieInfo{Name: "parlor-client%2Fsession%2F" + website.String(), Mode: chat.CookieOnLoad, Domain: "example.com", By: "script"},
	}
	for name, c := range map[string]struct {
		allocs float64
		encode func()
	}{
		"message":         {1, func() { protocol.EncodeMessage(session, &question) }},
		"agent's message": {1, func() { protocol.EncodeMessage(session, &answer) }},
		"long message":    {1, func() { protocol.EncodeMessage(session, &large) }},
		"note":            {1, func() { protocol.EncodeNote(session, &note) }},
		"welcome":         {1, func() { protocol.EncodeWelcome(&welcome) }},
		"ack":             {1, func() { protocol.EncodeAck(session, 1<<31-1, firstID, 1<<53-1, began.UnixMilli()) }},
		"done":            {1, func() { protocol.EncodeDone(7) }},
		"fired":           {1, func() { protocol.EncodeFired(7, true) }},
		"error":           {1, func() { protocol.EncodeError(7, firstID, limited) }},
	} {
		if got := testing.AllocsPerRun(100, c.encode); got > c.allocs {
			t.Errorf("%s: %v allocations, want at most %v", name, got, c.allocs)
		}
	}
}

func BenchmarkDecodeMessage(b *testing.B) {
	for name, data := range map[string][]byte{
		"short": samplesOf(b, visitorToServer)["message"],
		"long":  longFrame(b),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := protocol.Decode(data)
				if err != nil {
					b.Fatal(err)
				}
				if _, refusal, ok := f.Command(); !ok || refusal != nil {
					b.Fatal(refusal)
				}
			}
		})
	}
}

// longFrame is the long message as its sender sends it.
func longFrame(b *testing.B) []byte {
	m := long()
	frame := protocol.EncodeMessage(session, &m)
	if _, err := protocol.Decode(frame); err != nil {
		b.Fatal(err)
	}
	return frame
}

func BenchmarkEncodeMessage(b *testing.B) {
	large := long()
	for name, m := range map[string]*chat.Message{"short": &question, "agent": &answer, "long": &large} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(m.Content.Text)))
			b.ReportAllocs()
			for b.Loop() {
				protocol.EncodeMessage(session, m)
			}
		})
	}
}

func BenchmarkEncodeAck(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		protocol.EncodeAck(session, 7, firstID, 13, began.UnixMilli())
	}
}
