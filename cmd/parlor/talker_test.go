package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/history"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// talker is a visitor who writes as fast as answers come, comes back whenever the connection is lost, and writes down everything that it saw.
type talker struct {
	name    string
	server  testclient.Server
	website string
	// body is the text of the n-th message. nil: a short one.
	body func(n int) string
	// pause is how long it waits between two messages.
	pause time.Duration
	// polite makes it come back as browsers do (backoff.ts), and not as fast as it can.
	polite bool
	// repeats and conflicts are how many of a hundred messages are one that was sent before: as it was, or with another text under the same id.
	repeats, conflicts int
	random             *rand.Rand

	token, session, epoch string
	conn                  int
	sent                  int
	pending               utterance
	mu                    sync.Mutex // covers the rest, for whoever looks on
	events                []history.Event
	tally
	broken error
	last   time.Time // when it was last acknowledged something
}

// tally is what talkers did.
type tally struct {
	acked, again, conflicted, unavailable, lost int
	slowest                                     time.Duration // answer to something that was sent
	said                                        []utterance   // and acknowledged
}

// utterance is something that a talker says, and where it stands when it was acknowledged.
type utterance struct {
	id, text string
	seq      uint64
}

// plus adds up what several did.
func (a tally) plus(b tally) tally {
	return tally{
		acked: a.acked + b.acked, again: a.again + b.again, conflicted: a.conflicted + b.conflicted, unavailable: a.unavailable + b.unavailable,
		lost: a.lost + b.lost, slowest: max(a.slowest, b.slowest),
	}
}

// crowd are talkers at work.
type crowd struct {
	all  []*talker
	stop context.CancelFunc
	wait sync.WaitGroup
}

// start lets n talkers begin. adjust may change each before it does.
func start(t *testing.T, n int, server testclient.Server, website string, adjust func(*talker)) *crowd {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	c := &crowd{stop: stop}
	t.Cleanup(c.end)
	for i := range n {
		v := &talker{name: fmt.Sprint("visitor ", i), server: server, website: website, random: rand.New(rand.NewPCG(*seed, uint64(i)))}
		adjust(v)
		c.all = append(c.all, v)
		c.wait.Go(func() { v.talk(ctx) })
	}
	return c
}

// end lets them finish what they say.
func (c *crowd) end() {
	c.stop()
	c.wait.Wait()
}

// tally adds up what they did so far.
func (c *crowd) tally() (sum tally) {
	for _, v := range c.all {
		v.mu.Lock()
		sum = sum.plus(v.tally)
		v.mu.Unlock()
	}
	return sum
}

// since counts those who were acknowledged something since then.
func (c *crowd) since(then time.Time) (n int) {
	for _, v := range c.all {
		v.mu.Lock()
		if v.last.After(then) {
			n++
		}
		v.mu.Unlock()
	}
	return n
}

// check compares what all were told with what is there now.
func (c *crowd) check(t *testing.T, server testclient.Server) (found history.Found) {
	t.Helper()
	for _, v := range c.all {
		v.server = server
		found = found.Plus(v.check(t))
	}
	return found
}

// searchLimit is how long the search for an order of one session's operations may take.
const searchLimit = 5 * time.Second

func (v *talker) talk(ctx context.Context) {
	for gone := time.Now(); ctx.Err() == nil && v.broken == nil; {
		c, err := v.join(ctx, v.random.IntN(2) == 0)
		if err != nil {
			v.rest(ctx, gone)
			continue
		}
		for ctx.Err() == nil && v.broken == nil && v.next(c) {
			select {
			case <-time.After(v.pause):
			case <-ctx.Done():
			}
		}
		c.Cut()
		v.note(history.Left{Conn: v.conn, Log: v.session})
		if gone = time.Now(); v.polite {
			v.rest(ctx, gone)
		}
	}
}

// rest waits before the next attempt.
func (v *talker) rest(ctx context.Context, gone time.Time) {
	wait := 20 * time.Millisecond
	if v.polite {
		wait = backoff(v.random, time.Since(gone))
	}
	select {
	case <-time.After(wait):
	case <-ctx.Done():
	}
}

// backoff is how long a browser waits that has been without a connection for so long.
func backoff(random *rand.Rand, gone time.Duration) time.Duration {
	return time.Duration(random.Float64() * float64(min(30*time.Second, max(500*time.Millisecond, gone))))
}

func (v *talker) note(events ...history.Event) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.events = append(v.events, events...)
}

// join opens a page, as a new one or where the last one stood.
func (v *talker) join(ctx context.Context, resume bool) (*testclient.Visitor, error) {
	v.conn++
	hello := testclient.Hello{"token": v.token}
	have := v.end()
	if resume && v.epoch != "" {
		hello["resume"] = map[string]any{"epoch": v.epoch, "seq": have}
	}
	if v.session != "" {
		v.note(history.Asked{Conn: v.conn, Log: v.session})
	}
	c, err := v.server.Visit(ctx, v.website, hello, testclient.Header{})
	if err != nil {
		return nil, err
	}
	w := c.Welcome
	if w.Token != "" {
		if v.acked > 0 {
			v.broken = errors.New("a session with acknowledged messages is gone")
		}
		v.token, v.session = w.Token, w.Session
		v.note(history.Asked{Conn: v.conn, Log: v.session})
	}
	v.epoch = w.Epoch
	resumed := w.Resume == "ok"
	if !resumed {
		have = 0
	}
	v.note(history.Joined{Conn: v.conn, Log: v.session, Resumed: resumed, Have: have, Seq: w.Seq})
	return c, nil
}

// end is the highest number that it knows.
func (v *talker) end() (seq uint64) {
	for _, u := range v.said {
		seq = max(seq, u.seq)
	}
	return seq
}

// next sends a message, or again the one that was not answered, and reports whether the connection is good.
func (v *talker) next(c *testclient.Visitor) bool {
	u := v.choose()
	v.note(history.Sent{Log: v.session, Sender: history.Visitor, ID: u.id, Body: digest(u.text)})
	began := time.Now()
	code, seq, err := v.exchange(c, u)
	v.mu.Lock()
	defer v.mu.Unlock()
	if err != nil {
		v.lost++
		return false
	}
	v.slowest = max(v.slowest, time.Since(began))
	switch code {
	case "":
		v.acknowledged(u, seq)
	case "unavailable", "internal": // it may be stored
		v.unavailable++
	case "cmid_conflict":
		v.conflicted++
		fallthrough
	default:
		v.events = append(v.events, history.Refused{Log: v.session, Sender: history.Visitor, ID: u.id, Body: digest(u.text)})
	}
	return true
}

// acknowledged notes an answer; mu is held.
func (v *talker) acknowledged(u utterance, seq uint64) {
	v.last = time.Now()
	v.events = append(v.events, history.Acked{Conn: v.conn, Log: v.session, Sender: history.Visitor, ID: u.id, Body: digest(u.text), Seq: seq})
	if u.seq != 0 {
		v.again++
		return
	}
	v.acked++
	u.seq = seq
	v.said = append(v.said, u)
	v.pending = utterance{}
}

// choose decides what to say.
func (v *talker) choose() utterance {
	if n := v.random.IntN(100); len(v.said) > 0 && n < v.repeats+v.conflicts {
		u := v.said[v.random.IntN(len(v.said))]
		if n >= v.repeats {
			u.text += ", or not"
		}
		return u
	}
	if v.pending.id == "" {
		v.sent++
		v.pending.id, v.pending.text = testclient.NewID(), fmt.Sprint("message ", v.sent)
		if v.body != nil {
			v.pending.text = v.body(v.sent)
		}
	}
	return v.pending
}

// exchange sends a message and takes what comes, up to its answer: an error code, or the number of an acknowledgment.
func (v *talker) exchange(c *testclient.Visitor, u utterance) (code string, seq uint64, err error) {
	if err := c.Send(map[string]any{"t": "message", "id": u.id, "type": "text", "content": u.text}); err != nil {
		return "", 0, err
	}
	for {
		f, err := c.Next()
		if err != nil {
			return "", 0, err
		}
		switch {
		case f.T == "ack" && f.ID == u.id:
			return "", f.Seq, nil
		case f.T == "error" && f.ID == u.id:
			return f.Code, 0, nil
		case f.T == "message":
			v.note(history.Shown{Conn: v.conn, Log: v.session, Message: messageOf(f)})
		case f.T == "history":
			v.note(history.Snapshot{Conn: v.conn, Log: v.session, Messages: messagesOf(f.Messages)})
		}
	}
}

// digest stands for a text in what is written down.
func digest(text string) string {
	if len(text) < 100 {
		return text
	}
	head, _, _ := strings.Cut(text, "\n")
	return fmt.Sprintf("%s (%d bytes)", head, len(text))
}

func messageOf(f testclient.Frame) history.Message {
	return history.Message{Seq: f.Seq, Sender: f.From, ID: f.ID, Body: digest(f.TextOf())}
}

func messagesOf(frames []testclient.Frame) (all []history.Message) {
	for _, f := range frames {
		all = append(all, messageOf(f))
	}
	return all
}

// check reads the whole log and judges what the talker saw.
func (v *talker) check(t *testing.T) history.Found {
	t.Helper()
	if v.broken != nil {
		t.Errorf("%s: %v", v.name, v.broken)
		return history.Found{}
	}
	if v.session == "" {
		return history.Found{} // it never got in
	}
	c, err := v.server.Visit(t.Context(), v.website, testclient.Hello{"token": v.token}, testclient.Header{})
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	defer c.Close()
	if c.Welcome.Session != v.session {
		if v.acked > 0 {
			t.Errorf("%s: the session with %d acknowledged messages is gone", v.name, v.acked)
		}
		return history.Found{}
	}
	var kept []history.Message
	for before := c.Welcome.Seq + 1; before > 1; before = kept[0].Seq {
		page, err := c.Ask(map[string]any{"t": "history", "before": before, "limit": 100})
		if err != nil || len(page.Messages) == 0 {
			t.Fatalf("%s: page before %d: %s, %v", v.name, before, page.Raw, err)
		}
		kept = append(messagesOf(page.Messages), kept...)
	}
	events := append(slices.Clip(v.events), history.Kept{Log: v.session, Messages: kept})
	problems, found := history.Search(events, searchLimit)
	for _, problem := range append(problems, history.Check(events)...) {
		t.Errorf("%s: %s", v.name, problem)
	}
	return found
}

// eventually waits for a condition, and returns how long that took.
func eventually(t *testing.T, what string, within time.Duration, true func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for range tick.C {
		if true() {
			break
		}
		if time.Since(began) > within {
			t.Fatalf("%s: not within %v", what, within)
		}
	}
	return time.Since(began)
}

// long makes texts of 8 KiB that cannot be compressed to much less.
func long(who string) func(int) string {
	random := rand.New(rand.NewPCG(*seed, uint64(len(who))))
	return func(n int) string {
		var b strings.Builder
		fmt.Fprintf(&b, "message %d of %s\n", n, who)
		for range 2700 {
			b.WriteRune('\u4e00' + random.Int32N(0x5000)) // three bytes each
		}
		return b.String()
	}
}
