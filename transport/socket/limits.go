package socket

import "time"

// Code is a WebSocket close code (RFC 6455, section 7.4).
type Code int

// The close codes that this package uses by itself.
const (
	CodeNormal       Code = 1000
	CodeGoingAway    Code = 1001
	CodeProtocol     Code = 1002
	CodeUnsupported  Code = 1003
	CodeAbnormal     Code = 1006
	CodeInvalidUTF8  Code = 1007
	CodePolicy       Code = 1008
	CodeTooBig       Code = 1009
	CodeSlowConsumer Code = 4008
	CodeUnauthorized Code = 4401
)

// Limits bound one connection. Every bound is there because a peer can otherwise hold memory or a goroutine for ever.
type Limits struct {
	// Subprotocol must be offered by the client (RFC 6455, section 1.9).
	Subprotocol string
	// MessageBytes is the longest message that is taken, OutboxBytes the most that waits for a slow reader.
	MessageBytes, OutboxBytes int
	// Frames is into how many frames a message may be split.
	Frames int
	// First is how long the first message may take, Message how long any message from its first byte to its last.
	First, Message time.Duration
	// Write is how long the peer may take no byte of what is written.
	Write time.Duration
	// Ping is after how much silence the peer is asked whether it lives, Pong how long it has for any sign of it.
	Ping, Pong time.Duration
	// Linger is how long a connection stays open after our close frame, for the peer's.
	Linger time.Duration
}

// DefaultLimits are those of GUARANTEES, section 4, for visitors.
func DefaultLimits() Limits {
	return Limits{
		MessageBytes: 16 << 10, OutboxBytes: 256 << 10, Frames: 64,
		First: 5 * time.Second, Message: 10 * time.Second, Write: 10 * time.Second,
		Ping: 25 * time.Second, Pong: 10 * time.Second, Linger: 2 * time.Second,
	}
}

// orDefault fills what is not set.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	set(&l.MessageBytes, d.MessageBytes)
	set(&l.OutboxBytes, d.OutboxBytes)
	set(&l.Frames, d.Frames)
	set(&l.First, d.First)
	set(&l.Message, d.Message)
	set(&l.Write, d.Write)
	set(&l.Ping, d.Ping)
	set(&l.Pong, d.Pong)
	set(&l.Linger, d.Linger)
	return l
}

func set[T int | time.Duration](value *T, otherwise T) {
	if *value <= 0 {
		*value = otherwise
	}
}
