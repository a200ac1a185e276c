package load

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/parlor-chat/parlor/bench/report"
	"github.com/parlor-chat/parlor/bench/seed"
	"github.com/parlor-chat/parlor/bench/target"
)

// History asks how long a page of older messages takes, out of a store with many.
type History struct {
	Stored    int `json:"stored"`
	PerSecond int `json:"per_second"`
	// Warmup is not measured.
	Warmup   time.Duration `json:"warmup"`
	Duration time.Duration `json:"duration"`
}

const (
	// pageMessages is how many messages a page has.
	pageMessages = 50
	// askingAgents is among how many agents' connections questions are divided.
	askingAgents = 8
)

// HistoryFigures is what History measures.
func HistoryFigures() []report.Figure {
	return append(slices.Clone(latencyFigures), report.Figure{Name: "cpu_us", Label: "CPU µs/page", Digits: 1, Better: report.Less})
}

// StoredMessages implements Seeded.
func (h History) StoredMessages() int { return h.Stored }

// Run does it to a Parlor that holds the messages. Pages are anywhere in any conversation.
func (h History) Run(ctx context.Context, t target.Target) (found Result, err error) {
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
	p := newPace(h.PerSecond, h.Warmup, h.Duration, 0)
	pages := choosePages(p.total, h.Stored)
	a.listen(func(data []byte, _ frame) error {
		k, err := pages.check(data)
		if err != nil || k < 0 {
			return err
		}
		a.answered.Add(1)
		return p.done(k)
	})
	var m *meter
	if err := p.run(ctx, func() (err error) { m, err = begin(t, &a.answered); return err }, func(k int) error {
		return a.ask(k, fmt.Appendf(nil, `{"t":"history","ref":%d,"website":%q,"session":%q,"before":%d,"limit":%d}`,
			k+1, parlor.Website(), seed.Session(pages[k].conversation), pages[k].before, pageMessages))
	}); err != nil {
		return found, err
	}
	if err := a.settle(ctx, p.total); err != nil {
		return found, err
	}
	return p.result(ctx, m)
}

// page is one that is asked for: the messages of a conversation that stand before a number.
type page struct {
	conversation int
	before       uint64
}

// pages are all that are asked for; question k has ref k+1.
type pages []page

// choosePages chooses pages anywhere in conversations that are long enough, which the first one is unless there is hardly anything.
func choosePages(n, stored int) pages {
	all := make(pages, n)
	for k := range all {
		conversation := rand.IntN(seed.Conversations(stored))
		if seed.LengthOf(conversation, stored) < pageMessages {
			conversation = 0
		}
		last := seed.LengthOf(conversation, stored)
		all[k] = page{conversation, uint64(min(last, pageMessages)+rand.IntN(max(1, last-pageMessages+1))) + 1}
	}
	return all
}

var (
	historyHead = []byte(`{"t":"history"`)
	refBefore   = []byte(`"ref":`)
)

// check reads an answer and says to which question, -1 when it is none. A page must have its messages, all of them and in order.
func (p pages) check(data []byte) (k int, err error) {
	if !bytes.HasPrefix(data, historyHead) {
		return -1, nil
	}
	k = int(member(data, refBefore)) - 1
	if k < 0 || k >= len(p) {
		return -1, fmt.Errorf("a page for question %d, which nobody asked", k+1)
	}
	next := p[k].before - min(p[k].before-1, pageMessages)
	for rest := data; ; next++ {
		at := bytes.Index(rest, seqBefore)
		if at < 0 {
			break
		}
		if got := member(rest[at:], seqBefore); got != next {
			return k, fmt.Errorf("a page of the messages before %d has %d in place of %d", p[k].before, got, next)
		}
		rest = rest[at+len(seqBefore):]
	}
	if next != p[k].before {
		return k, fmt.Errorf("a page of the messages before %d ends before %d", p[k].before, next)
	}
	return k, nil
}
