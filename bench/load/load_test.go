package load

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/bench/client"
)

func TestDraftsAreReadAsTheyWereNumbered(t *testing.T) {
	for _, v := range []struct{ visitor, number uint32 }{{0, 0}, {1, 2}, {999, 1 << 31}, {^uint32(0), ^uint32(0)}} {
		d := newDraft(v.visitor, [8]byte{1, 2, 3}, 200)
		sent := string(d.number(v.number))
		if !strings.Contains(sent, `"content":"`+strings.Repeat("x", 200)+`"`) {
			t.Errorf("sent %s", sent)
		}
		// As Parlor shows it, and as a relay passes it on.
		for _, frame := range []string{strings.Replace(sent, `"message",`, `"message","session":"session_1","seq":1,`, 1), sent} {
			visitor, number, ok, err := parse([]byte(frame))
			if err != nil || !ok || visitor != v.visitor || number != v.number {
				t.Errorf("%s was read as %d of %d, %v, %v", frame, number, visitor, ok, err)
			}
		}
	}
	if a, b := string(newDraft(1, [8]byte{1}, 1).number(1)), string(newDraft(1, [8]byte{2}, 1).number(1)); a == b {
		t.Error("two runs send the same ids: the second is only repeats")
	}
}

func TestParseTellsFramesApart(t *testing.T) {
	for frame, want := range map[string]string{
		`{"t":"ack","id":"00000000000000010000000000000000","seq":1}`: "",
		`{"t":"error","code":"busy","message":"too much at once"}`:    "refused",
		`{"t":"message","content":"x"}`:                               "without an id",
		`{"t":"message","id":"0000"}`:                                 "without an id",
		`{"t":"message","id":"not hexadecimal digits, but 32 of"}`:    "foreign id",
	} {
		_, _, ok, err := parse([]byte(frame))
		if ok || (err == nil) != (want == "") || (err != nil && !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, %v", frame, ok, err)
		}
	}
}

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

// TestEveryMessageMustArriveOnceAndInOrder gives an agent what must not happen.
func TestEveryMessageMustArriveOnceAndInOrder(t *testing.T) {
	frame := func(visitor, number uint32) string { return string(newDraft(visitor, [8]byte{}, 1).number(number)) }
	for name, v := range map[string]struct {
		frames []string
		want   string // empty: all is well
	}{
		"in order":         {[]string{frame(0, 0), frame(1, 0), frame(0, 1), `{"t":"marks"}`, frame(1, 1)}, ""},
		"lost":             {[]string{frame(0, 0), frame(0, 2)}, "lost, repeated or out of order"},
		"repeated":         {[]string{frame(0, 0), frame(0, 0)}, "lost, repeated or out of order"},
		"out of order":     {[]string{frame(0, 1), frame(0, 0)}, "lost, repeated or out of order"},
		"of nobody":        {[]string{frame(2, 0)}, "lost, repeated or out of order"},
		"refused":          {[]string{`{"t":"error","code":"busy"}`}, "refused"},
		"of somebody gone": {nil, "reading"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, fail := context.WithCancelCause(t.Context())
				agent := deliver(v.frames...)
				c := &crowd{agents: []client.Conn{agent}, received: make([]uint32, 2), fail: fail}
				got := 0
				c.read(func(uint32, uint32) error { got++; return nil })
				if name == "of somebody gone" {
					_ = agent.Close()
				}
				synctest.Wait()
				err := context.Cause(ctx)
				c.close()
				if (err == nil) != (v.want == "") || (err != nil && !strings.Contains(err.Error(), v.want)) {
					t.Errorf("got %v, want %q", err, v.want)
				}
				if v.want == "" && got != 4 {
					t.Errorf("%d of 4 messages", got)
				}
			})
		})
	}
}

// TestLatencyCountsFromWhenAMessageWasDue: whatever kept it waiting. The warm-up is not measured.
func TestLatencyCountsFromWhenAMessageWasDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := Fixed{Visitors: 3, PerSecond: 100, Warmup: time.Second, Duration: 10 * time.Second}.pace()
		if p.warm != 100 || p.total != 1100 || p.due(200).Sub(p.due(100)) != time.Second {
			t.Fatalf("%+v", p)
		}
		for k := range p.total {
			late := time.Millisecond
			switch {
			case k < p.warm:
				late = 9 * time.Millisecond
			case k%100 == 99:
				late = 5 * time.Millisecond
			}
			time.Sleep(time.Until(p.due(k).Add(late)))
			if err := p.arrived(uint32(k%3), uint32(k/3)); err != nil {
				t.Fatal(err)
			}
		}
		select {
		case <-p.all:
		default:
			t.Error("all have arrived, and nobody says so")
		}
		for quantile, want := range map[float64]time.Duration{50: time.Millisecond, 98.9: time.Millisecond, 99.1: 5 * time.Millisecond, 100: 5 * time.Millisecond} {
			got := time.Duration(p.latencies.ValueAtQuantile(quantile)) * time.Microsecond
			if got < want || got > want+want/1000*4 { // three digits
				t.Errorf("p%v is %v, want %v", quantile, got, want)
			}
		}
		if n := p.latencies.TotalCount(); n != 1000 {
			t.Errorf("%d measured", n)
		}
		time.Sleep(time.Minute)
		if err := p.arrived(0, 100); err == nil {
			t.Error("a minute was measured as half of one")
		}
	})
}

// TestAtLeastOneMessageIsMeasured: also where the duration is shorter than the time between two.
func TestAtLeastOneMessageIsMeasured(t *testing.T) {
	p := Fixed{Visitors: 1, PerSecond: 1, Warmup: 3 * time.Second, Duration: time.Millisecond}.pace()
	if p.total != p.warm+1 {
		t.Errorf("%d messages, %d of them measured", p.total, p.total-p.warm)
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
