package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/parlor-chat/parlor/bench/client"
)

// scripted is a connection that delivers what it is given, and then nothing until it is closed.
type scripted struct {
	frames chan []byte
	closed chan struct{}
	once   sync.Once
}

func deliver(frames ...string) *scripted {
	s := &scripted{frames: make(chan []byte, len(frames)), closed: make(chan struct{})}
	for _, f := range frames {
		s.frames <- []byte(f)
	}
	return s
}

func (s *scripted) Send([]byte) error { return nil }

func (s *scripted) Read() ([]byte, error) {
	select {
	case f := <-s.frames:
		return f, nil
	case <-s.closed:
		return nil, io.EOF
	}
}

func (s *scripted) Close() error {
	s.once.Do(func() { close(s.closed) })
	return nil
}

// shown is a message as an agent of Parlor gets it.
func shown(visitor, number uint32, seq int) string {
	sent := string(newDraft(visitor, run{}, 1).number(number))
	return strings.Replace(sent, `"message",`, fmt.Sprintf(`"message","session":"session_1","seq":%d,`, seq), 1)
}

func acked(visitor, number uint32, seq int) string {
	sent := string(newDraft(visitor, run{}, 1).number(number))
	return fmt.Sprintf(`{"t":"ack",%s,"seq":%d,"at":1}`, sent[strings.Index(sent, `"id"`):][:len(`"id":""`)+idDigits], seq)
}

// converse gives two visitors who have sent two messages each, and the agent of both, what they read. It returns what came of it.
func converse(t *testing.T, everybody bool, agents []*scripted, visitors ...*scripted) error {
	t.Helper()
	ctx, fail := context.WithCancelCause(t.Context())
	defer fail(nil)
	c := newCrowd(people{visitors: 2, agents: len(agents), everybody: everybody}, fail)
	c.numbered = true
	for i, a := range agents {
		c.agents[i] = client.Conn(a)
	}
	for i, v := range c.voices {
		v.draft, v.Conn, v.Seq = newDraft(uint32(i), run{}, 1), visitors[i], uint64(10*i)
		for range 2 {
			if err := c.send(uint32(i)); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.read(func(frame, uint32) error { return nil })
	return c.close(c.settle(ctx))
}

// TestEveryMessageArrivesOnceAndInOrder gives an agent what must not happen.
func TestEveryMessageArrivesOnceAndInOrder(t *testing.T) {
	for name, v := range map[string]struct {
		frames []string
		want   string // empty: all is well
	}{
		"in order":         {[]string{shown(0, 0, 1), shown(1, 0, 11), shown(0, 1, 2), `{"t":"marks"}`, shown(1, 1, 12)}, ""},
		"lost":             {[]string{shown(0, 0, 1), shown(0, 1, 2), shown(1, 1, 12)}, misplaced},
		"lost at the end":  {[]string{shown(0, 0, 1), shown(0, 1, 2), shown(1, 0, 11)}, "1 " + missing},
		"repeated":         {[]string{shown(0, 0, 1), shown(0, 0, 1)}, "1 " + misplaced},
		"one too many":     {[]string{shown(0, 0, 1), shown(1, 0, 11), shown(0, 1, 2), shown(1, 1, 12), shown(1, 1, 12)}, "1 " + misplaced},
		"out of order":     {[]string{shown(0, 1, 1), shown(0, 0, 2)}, "2 " + misplaced},
		"a number left":    {[]string{shown(0, 0, 2)}, "1 " + misplaced},
		"of nobody":        {[]string{shown(2, 0, 1)}, "1 " + misplaced},
		"refused":          {[]string{`{"t":"error","code":"busy"}`}, "1 " + refused},
		"of somebody gone": {nil, "1 " + cutOff},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				agent := deliver(v.frames...)
				if name == "of somebody gone" {
					_ = agent.Close()
				}
				err := converse(t, false, []*scripted{agent}, deliver(acked(0, 0, 1), acked(0, 1, 2)), deliver(acked(1, 0, 11), acked(1, 1, 12)))
				if (err == nil) != (v.want == "") || (err != nil && !strings.Contains(err.Error(), v.want)) {
					t.Errorf("got %v, want %q", err, v.want)
				}
			})
		})
	}
}

// TestEveryMessageIsAcknowledgedOnceAndInOrder gives a visitor what must not happen, while the agent gets everything.
func TestEveryMessageIsAcknowledgedOnceAndInOrder(t *testing.T) {
	for name, v := range map[string]struct {
		frames []string
		want   string
	}{
		"in order":            {[]string{acked(0, 0, 1), `{"t":"marks"}`, acked(0, 1, 2)}, ""},
		"missing":             {[]string{acked(0, 0, 1)}, "1 " + missing},
		"repeated":            {[]string{acked(0, 0, 1), acked(0, 0, 1)}, "1 " + misplaced},
		"out of order":        {[]string{acked(0, 1, 2), acked(0, 0, 1)}, "2 " + misplaced},
		"of another number":   {[]string{acked(0, 0, 7)}, "1 " + misplaced},
		"without a message":   {[]string{acked(0, 0, 1), acked(0, 1, 2), acked(0, 2, 3)}, "1 " + unasked},
		"of somebody else":    {[]string{acked(1, 0, 1)}, "1 " + unasked},
		"and a message":       {[]string{shown(0, 0, 1)}, "1 " + misplaced},
		"and a busy server":   {[]string{`{"t":"error","code":"busy"}`, `{"t":"error","code":"busy"}`}, "2 " + refused},
		"and a closed window": {nil, "1 " + cutOff},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				visitor := deliver(v.frames...)
				if name == "and a closed window" {
					_ = visitor.Close()
				}
				agent := deliver(shown(0, 0, 1), shown(0, 1, 2), shown(1, 0, 11), shown(1, 1, 12))
				err := converse(t, false, []*scripted{agent}, visitor, deliver(acked(1, 0, 11), acked(1, 1, 12)))
				if (err == nil) != (v.want == "") || (err != nil && !strings.Contains(err.Error(), v.want)) {
					t.Errorf("got %v, want %q", err, v.want)
				}
			})
		})
	}
}

// TestEverybodyHearsEverything: of two agents who have the same conversations open, both must get all messages.
func TestEverybodyHearsEverything(t *testing.T) {
	all := []string{shown(0, 0, 1), shown(0, 1, 2), shown(1, 0, 11), shown(1, 1, 12)}
	for name, v := range map[string]struct {
		second []string
		want   string
	}{
		"both": {all, ""}, "one less": {all[:3], "1 " + missing}, "one twice": {append(all[:4:4], shown(1, 1, 12)), "1 " + misplaced},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := converse(t, true, []*scripted{deliver(all...), deliver(v.second...)},
					deliver(acked(0, 0, 1), acked(0, 1, 2)), deliver(acked(1, 0, 11), acked(1, 1, 12)))
				if (err == nil) != (v.want == "") || (err != nil && !strings.Contains(err.Error(), v.want)) {
					t.Errorf("got %v, want %q", err, v.want)
				}
			})
		})
	}
}

func TestParallelDoesEachOnceAndStopsAtAFailure(t *testing.T) {
	var mu sync.Mutex
	done := make(map[int]int)
	note := func(i int) {
		mu.Lock()
		defer mu.Unlock()
		done[i]++
	}
	if err := parallel(t.Context(), 500, func(i int) error { note(i); return nil }); err != nil || len(done) != 500 {
		t.Fatalf("%d of 500, %v", len(done), err)
	}
	for i, n := range done {
		if n != 1 {
			t.Errorf("%d was done %d times", i, n)
		}
	}
	clear(done)
	broken := errors.New("broken")
	err := parallel(t.Context(), 100_000, func(i int) error {
		note(i)
		if i == 10 {
			return broken
		}
		return nil
	})
	if !errors.Is(err, broken) || len(done) == 100_000 {
		t.Errorf("%v, after %d", err, len(done))
	}
}
