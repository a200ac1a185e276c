package load

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
)

// Clients come back as docs/protocol.md asks: after a random time below a bound that is as long as they have been gone, from shortWait to longWait.
const (
	shortWait = 500 * time.Millisecond
	longWait  = 30 * time.Second
)

// wait is a time before an attempt of who has been gone for that long.
func wait(gone time.Duration) time.Duration { return rand.N(min(longWait, max(shortWait, gone))) }

// patron is a visitor or an agent.
type patron interface {
	// join connects, at first as somebody new, later as who it was.
	join(ctx context.Context) (client.Conn, error)
	// got is what came; left: the connection is gone.
	got(data []byte, f frame)
	left()
}

// regular is a client who comes back when the connection is lost.
type regular struct {
	storm *storm
	mu    sync.Mutex // covers at and generation
	// at is when the client was welcomed last, generation by which start of the server.
	at         time.Time
	generation int64
}

func (b *regular) welcomed(generation int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at, b.generation = time.Now(), generation
}

func (b *regular) lastBack() (time.Time, int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at, b.generation
}

// arrive joins for the first time, and from then on reads, and comes back, until ctx ends.
func (b *regular) arrive(ctx context.Context, p patron) error {
	conn, err := p.join(ctx)
	if err != nil {
		return err
	}
	b.storm.living.Go(func() {
		for conn != nil {
			b.listen(ctx, conn, p)
			p.left()
			conn = b.comeBack(ctx, p)
		}
	})
	return nil
}

// comeBack joins until it succeeds; nil: ctx ended.
func (b *regular) comeBack(ctx context.Context, p patron) client.Conn {
	for lost := time.Now(); sleep(ctx, wait(time.Since(lost))) == nil; {
		b.storm.tries.Add(1)
		generation := b.storm.generation.Load()
		limited, cancel := context.WithTimeout(ctx, attemptTime)
		conn, err := p.join(limited)
		cancel()
		switch {
		case err != nil:
		case generation != b.storm.generation.Load(): // nobody knows who answered, the server before or this one
			_ = conn.Close()
		default:
			b.welcomed(generation)
			return conn
		}
	}
	return nil
}

// listen reads a connection until it ends, which it does with ctx. A refusal ends it too: the client comes back and repeats.
func (b *regular) listen(ctx context.Context, conn client.Conn, p patron) {
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	defer func() { _ = conn.Close() }()
	for {
		data, err := conn.Read()
		if err != nil {
			return
		}
		f, err := parse(data)
		if err != nil {
			if kindOf(err) == refused {
				b.storm.refusals.Add(1)
			} else {
				b.storm.faults.add(misplaced, err)
			}
			return
		}
		p.got(data, f)
	}
}
