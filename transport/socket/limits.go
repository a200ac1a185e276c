package socket

import "time"

// Limits bound one connection. Every bound is there because a peer can otherwise hold memory or a goroutine for ever. What is zero is
// replaced by the value of DefaultLimits.
type Limits struct {
	// Subprotocol must be offered by the client (RFC 6455, section 1.9). Empty: none is needed.
	Subprotocol string
	// MessageBytes is the longest message that is taken, at most 1 GiB.
	MessageBytes int
	// OutboxBytes is the most that waits for a slow reader, beside what the system holds. A message counts for half of it at most.
	OutboxBytes int
	// Frames is into how many frames a message may be split, at most a million.
	Frames int
	// First is how long the first message may take, Message how long any message from its first byte to its last.
	First, Message time.Duration
	// Write is how long the peer may take for a part of what is written, at most 32 KiB.
	Write time.Duration
	// Ping is after how much silence the peer is asked whether it lives (up to a quarter earlier, so that not all are asked at once), Pong
	// how long it has for any sign of it.
	Ping, Pong time.Duration
	// Linger is how long a connection stays open after our close frame, for the peer's.
	Linger time.Duration
	// Parked makes a plain TCP connection on Linux hold no goroutine while its peer is silent.
	Parked bool
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
	l.MessageBytes, l.Frames = min(l.MessageBytes, 1<<30), min(l.Frames, 1e6)
	return l
}

func set[T int | time.Duration](value *T, otherwise T) {
	if *value <= 0 {
		*value = otherwise
	}
}

// maxTick is how often the clock looks at each connection at least: a compromise between the deadlines' precision and a look at 100,000
// connections, which takes 10 ms.
const maxTick = 250 * time.Millisecond

// tick is the precision of all deadlines: they pass up to one tick early, never late.
func (l Limits) tick() time.Duration {
	return min(maxTick, min(l.First, l.Message, l.Write, l.Ping, l.Pong, l.Linger)/4)
}
