package engine_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/history"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// talk is one session and who is in it: a visitor with two tabs, and an agent. It ends when they have come back often enough, so that what they
// saw can be judged and forgotten.
type talk struct {
	*rush
	number         uint64
	session, token string
	back           atomic.Int64

	mu       sync.Mutex
	conns    int
	said     int
	events   []history.Event
	problems []string
}

func (s *rush) newTalk(number uint64) *talk { return &talk{rush: s, number: number} }

func (c *talk) note(events ...history.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, events...)
}

func (c *talk) problem(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// over says that they need not come back any more.
func (c *talk) over() bool { return c.back.Load() >= resumesEach || c.resumed.Load() >= c.goal }

// live returns what was wrong.
func (c *talk) live() []string {
	first := c.newPeer(0, history.Visitor)
	first.settle() // what somebody said outlives the cuts (P6)
	peers := []*peer{first, c.newPeer(1, history.Visitor), c.newPeer(2, c.agent)}
	var living sync.WaitGroup
	for _, p := range peers {
		living.Go(func() {
			for !c.over() {
				p.visit(c.proxy.Addr(), func() bool { return false })
			}
			p.settle()
		})
	}
	living.Wait()
	if len(c.problems) == 0 {
		c.keep()
	}
	return append(c.problems, history.Check(c.events)...)
}

// keep notes what is there in the end: the log from the store, which must hold it, and the marks, which it may hold a little later.
func (c *talk) keep() {
	id, err := chat.ParseSessionID(c.session)
	if err != nil {
		c.problem("%v", err)
		return
	}
	var visitor, agent, again testclient.Frame
	for began := time.Now(); ; { // until nothing happened between the two, as when a mark of a connection that was cut is on its way
		visitor, agent, again = c.look(history.Visitor), c.look(c.agent), c.look(history.Visitor)
		if visitor.Seq == again.Seq && visitor.Read == again.Read && visitor.Delivered == again.Delivered && visitor.Unread == again.Unread {
			break
		}
		if time.Since(began) > rushPatience {
			c.problem("it does not become quiet: %s, then %s", visitor.Raw, again.Raw)
			return
		}
	}
	if agent.Conversation == nil {
		c.problem("the agent got %s", agent.Raw)
		return
	}
	messages, notes, err := storedOf(c.t.Context(), c.store, c.website, id)
	if err != nil {
		c.problem("%v", err)
		return
	}
	c.note(history.Kept{
		Log: c.session, Messages: messages, Read: history.Marks(visitor.Read), Delivered: history.Marks(visitor.Delivered),
		Unread: history.Marks{Visitor: uint64(visitor.Unread), Agent: uint64(agent.Conversation.Unread)},
	}, history.Kept{Log: notesOf(c.session), Messages: notes})
}

// look is how somebody who has nothing is welcomed to the session.
func (c *talk) look(who string) (f testclient.Frame) {
	p := c.newPeer(3, who)
	for began := time.Now(); p.welcome.T == "" && time.Since(began) < rushPatience; {
		p.visit(c.direct, func() bool { return p.welcome.T != "" })
	}
	return p.welcome
}

// newUtterance is something that nobody said before. Its length moves the places at which connections are cut.
func (c *talk) newUtterance(random *rand.Rand, kind string) utterance {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.said++
	return utterance{c.session, kind, testclient.NewID(), fmt.Sprint(kind, " ", c.said, strings.Repeat(".", random.IntN(300)))}
}
