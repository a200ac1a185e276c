package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/internal/testprogram"
)

var (
	rounds = flag.Int("rounds", 3, "how often the program is killed")
	seed   = flag.Uint64("seed", uint64(time.Now().UnixNano()), "seed of the kill test")
)

// talkers is how many visitors write at the same time.
const talkers = 20

// TestKillLosesNothing kills the program during traffic, again and again on the same data: what was acknowledged is there, once, in its
// place; what was not is there once or not at all (G1 to G4).
func TestKillLosesNothing(t *testing.T) {
	t.Logf("seed %d, %d rounds", *seed, *rounds)
	random := rand.New(rand.NewPCG(*seed, 1))
	dir, listen := t.TempDir(), testprogram.FreePort(t)
	limits := []string{"--set", "limits.messages_per_second=0"}
	p := program.Demo(t, dir, listen, limits...)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	all := make([]*talker, talkers)
	var wait sync.WaitGroup
	for i := range all {
		all[i] = &talker{name: fmt.Sprint("visitor ", i), server: p.Server(), website: p.Ready.Website}
		wait.Go(func() { all[i].talk(ctx) })
	}
	for range *rounds {
		select { // traffic for a random while
		case <-time.After(time.Duration(100+random.IntN(400)) * time.Millisecond):
		case <-ctx.Done():
		}
		p.Kill()
		p = program.Demo(t, dir, listen, limits...)
	}
	stop()
	wait.Wait()
	var acked, repeated int
	for _, v := range all {
		v.check(t)
		acked += len(v.acked)
		repeated += v.repeated
	}
	t.Logf("%d acknowledged messages, %d sent again, none lost, none twice", acked, repeated)
	if acked < *rounds*talkers {
		t.Errorf("only %d messages in %d rounds: that proves little", acked, *rounds)
	}
}

// talker is a visitor who writes as fast as acknowledgments come, and comes back whenever the connection is lost.
type talker struct {
	name    string
	server  testclient.Server
	website string
	token   string
	session string
	sent    int
	pending struct{ id, text string }
	// acked is the number of each acknowledged text.
	acked    map[string]uint64
	repeated int
	broken   error
}

func (v *talker) talk(ctx context.Context) {
	v.acked = make(map[string]uint64)
	for ctx.Err() == nil && v.broken == nil {
		c, err := v.server.Visit(ctx, v.website, testclient.Hello{"token": v.token}, testclient.Header{})
		if err != nil {
			select {
			case <-time.After(20 * time.Millisecond):
			case <-ctx.Done():
			}
			continue
		}
		v.joined(c)
		for ctx.Err() == nil && v.broken == nil && v.next(c) {
		}
		c.Cut()
	}
}

func (v *talker) joined(c *testclient.Visitor) {
	if c.Welcome.Token != "" {
		if len(v.acked) > 0 {
			v.broken = errors.New("a session with acknowledged messages is gone")
		}
		v.token = c.Welcome.Token
	}
	v.session = c.Welcome.Session
	if v.pending.id != "" {
		v.repeated++
	}
}

// next sends a message, or the one that was not acknowledged again, and reports whether the connection is good.
func (v *talker) next(c *testclient.Visitor) bool {
	if v.pending.id == "" {
		v.sent++
		v.pending.id, v.pending.text = testclient.NewID(), fmt.Sprint("message ", v.sent)
	}
	ack, err := c.SayAs(v.pending.id, v.pending.text)
	if err != nil {
		return false
	}
	v.acked[v.pending.text] = ack.Seq
	v.pending.id = ""
	return true
}

// check reads the whole log and compares.
func (v *talker) check(t *testing.T) {
	t.Helper()
	if v.broken != nil {
		t.Errorf("%s: %v", v.name, v.broken)
		return
	}
	c, err := v.server.Visit(t.Context(), v.website, testclient.Hello{"token": v.token}, testclient.Header{})
	if err != nil {
		t.Fatalf("%s: %v", v.name, err)
	}
	defer c.Close()
	found := make(map[string]uint64)
	var last uint64
	for before := c.Welcome.Seq + 1; before > 1; {
		page, err := c.Ask(map[string]any{"t": "history", "before": before, "limit": 100})
		if err != nil || len(page.Messages) == 0 {
			t.Fatalf("%s: page before %d: %v", v.name, before, err)
		}
		for i, m := range page.Messages {
			if i > 0 && m.Seq != last+1 {
				t.Errorf("%s: %d follows %d", v.name, m.Seq, last)
			}
			last = m.Seq
			if other, twice := found[m.TextOf()]; twice {
				t.Errorf("%s: %q stands at %d and at %d", v.name, m.TextOf(), other, m.Seq)
			}
			found[m.TextOf()] = m.Seq
		}
		if end := page.Messages[len(page.Messages)-1].Seq; end != before-1 {
			t.Errorf("%s: the page before %d ends at %d", v.name, before, end)
		}
		before = page.Messages[0].Seq
	}
	for text, seq := range v.acked {
		if found[text] != seq {
			t.Errorf("%s: %q was acknowledged as %d and stands at %d", v.name, text, seq, found[text])
		}
	}
}
