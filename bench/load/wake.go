package load

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/seed"
	"github.com/parlor-chat/parlor/bench/target"
)

// Wake asks how long a message takes to a conversation that is not in memory, until its ack. Each is woken once.
type Wake struct {
	Stored    int `json:"stored"`
	PerSecond int `json:"per_second"`
	TextBytes int `json:"text_bytes"`
	// Warmup is not measured.
	Warmup   time.Duration `json:"warmup"`
	Duration time.Duration `json:"duration"`
}

// WakeFigures is what Wake measures.
func WakeFigures() []report.Figure { return append(slices.Clone(latencyFigures), cpuFigure) }

// StoredMessages implements Seeded.
func (w Wake) StoredMessages() int { return w.Stored }

// Settings implements Configured: what was woken leaves soon, as it does in a node that has been running for long.
func (w Wake) Settings() map[string]string { return map[string]string{"sessions.idle": "1s"} }

// Run does it to a Parlor that holds the conversations. In the end, each conversation's last message must be the one that was acknowledged.
func (w Wake) Run(ctx context.Context, t target.Target) (found Result, err error) {
	parlor, err := own(t)
	if err != nil {
		return found, err
	}
	if err := quiet(ctx, parlor.Process()); err != nil {
		return found, err
	}
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	a, err := newAskers(ctx, t, askingAgents, fail)
	if err != nil {
		return found, err
	}
	defer func() { err = a.close(err) }()
	p := newPace(w.PerSecond, w.Warmup, w.Duration, 0)
	if n := seed.Conversations(w.Stored); p.total > n {
		return found, fmt.Errorf("load: %d conversations are to be woken, and there are %d", p.total, n)
	}
	id := newRun()
	a.listen(func(data []byte, f frame) error {
		last := uint64(seed.LengthOf(int(f.visitor), w.Stored)) + 1
		switch {
		case f.kind == ack && f.seq != last:
			return fmt.Errorf("the message to conversation %d has number %d in place of %d", f.visitor, f.seq, last)
		case f.kind == ack:
			a.answered.Add(1)
			return p.done(int(f.visitor))
		case bytes.HasPrefix(data, historyHead):
			a.answered.Add(1)
			return kept(data, id)
		}
		return nil
	})
	text := strings.Repeat("x", w.TextBytes)
	var m *meter
	if err := p.run(ctx, func() (err error) { m, err = begin(t, &a.answered); return err }, func(k int) error {
		head := fmt.Sprintf(`{"t":"message","website":%q,"session":%q,"id":"`, parlor.Website(), seed.Session(k))
		return a.ask(k, draftOf(head, uint32(k), id, text).number(0))
	}); err != nil {
		return found, err
	}
	if err := a.settle(ctx, p.total); err != nil {
		return found, err
	}
	if found, err = p.result(ctx, m); err != nil {
		return found, err
	}
	return found, verify(ctx, a, parlor.Website(), p.total)
}

// verify asks for the last message of each of so many conversations, several at a time.
func verify(ctx context.Context, a *askers, website string, n int) error {
	for k := range n {
		question := fmt.Appendf(nil, `{"t":"history","ref":%d,"website":%q,"session":%q,"limit":1}`, k+1, website, seed.Session(k))
		if err := a.ask(k, question); err != nil {
			return err
		}
		if k%askingAgents == 0 {
			if err := a.settle(ctx, n+k); err != nil {
				return err
			}
		}
	}
	return a.settle(ctx, 2*n)
}

// kept checks that the last message of a conversation is the one that woke it.
func kept(data []byte, id run) error {
	k := uint32(member(data, refBefore)) - 1
	last := draftOf("", k, id, "").number(0)[:idDigits]
	if !bytes.Contains(data, last) {
		return errors.New("an acknowledged message is not the last of its conversation: " + string(data))
	}
	return nil
}
