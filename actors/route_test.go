package actors

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence/memstore"
)

// sent lists to whom something was sent, and what.
type sent []string

func (s *sent) Send(to *actor.PID, m any) { *s = append(*s, fmt.Sprintf("%s %T", to.Id, m)) }

// TestWhoIsInMemoryIsReachedPastTheShard, and nothing that is on its way through the shard is overtaken.
func TestWhoIsInMemoryIsReachedPastTheShard(t *testing.T) {
	session, website := chat.NewSessionID(randomID()), chat.NewWebsiteID(randomID())
	r := route{
		shard: actor.NewPID("", "shard"), sessions: make(map[chat.SessionID]*child), websites: make(map[chat.WebsiteID]*actor.PID),
	}
	want := func(when, first, second string) {
		t.Helper()
		var got sent
		underway := r.underway.Load()
		r.send(&got, &toSession{id: session})
		r.underway.Store(underway)
		r.sendWebsite(&got, website, unsubscribe{})
		if !slices.Equal(got, sent{first, second}) {
			t.Errorf("%s: sent %q", when, got)
		}
	}
	const session1, website1 = "session *actors.toSession", "website actors.unsubscribe"
	const shard1, shard2 = "shard *actors.toSession", "shard *actors.toWebsite"
	want("nobody is in memory", shard1, shard2)
	want("something is on its way", shard1, shard2)
	c := &child{pid: actor.NewPID("", "session")}
	r.put(session, c)
	r.putWebsite(website, actor.NewPID("", "website"))
	want("something is still on its way", shard1, shard2)
	for r.underway.Load() > 0 {
		r.arrived()
	}
	want("both are in memory", session1, website1)
	if r.leave(c) {
		t.Error("a session left for which something waits")
	}
	c.received()
	if !r.leave(c) {
		t.Error("a session for which nothing waits did not leave")
	}
	want("the session is leaving", shard1, website1)
	if r.pass(new(sent), c, new(toSession)) {
		t.Error("the shard sent something to a session that is leaving")
	}
	r.removeWebsite(website)
	want("the website's actor is gone", shard1, shard2)
	r.remove(session)
	r.put(session, &child{pid: actor.NewPID("", "session")})
	r.putWebsite(website, actor.NewPID("", "website"))
	r.underway.Store(0)
	r.close()
	want("the node stops", shard1, shard2)
}

// counted is a connection that says when it was answered, so that a sender can stay within what a shard holds back.
type counted struct {
	conn
	handled chan struct{}
}

func (c *counted) Handled() { c.handled <- struct{}{} }

func (c *counted) wait(ctx context.Context, t *testing.T) bool {
	select {
	case <-c.handled:
		return true
	case <-ctx.Done():
		t.Error("a message was never answered")
		return false
	}
}

// inBriefRoom runs a test in real time, where sessions leave as soon as nobody keeps them: they leave and come back all the time.
func inBriefRoom(t *testing.T, test func(ctx context.Context, r *room)) {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r := &room{t: t, store: &troubled{Store: memstore.New()}}
	r.shop = r.put(chat.Website{ID: chat.NewWebsiteID(randomID()), Name: "Shop"})
	var err error
	r.sys, err = Start(ctx, Config{
		Store: r.store, Lifetime: chat.Lifetime{Temporary: time.Hour}, Logger: slog.New(slog.NewTextHandler(io.Discard, nil)),
	})
	r.must(err)
	test(ctx, r)
	r.must(r.sys.Stop(ctx))
}

// TestNothingIsLostOrOvertakesWhileSessionsLeave: each command for a visitor who has left is answered, once and in its order.
func TestNothingIsLostOrOvertakesWhileSessionsLeave(t *testing.T) {
	inBriefRoom(t, func(ctx context.Context, r *room) {
		var agents sync.WaitGroup
		for range 8 {
			v := r.tab(chat.SessionID{})
			r.sys.Detach(r.shop.ID, v.session, v.conn)
			agents.Go(func() { r.compose(ctx, v.session) })
		}
		agents.Wait()
	})
}

// compose gives commands in bursts of all sizes.
func (r *room) compose(ctx context.Context, session chat.SessionID) {
	k := &counted{handled: make(chan struct{}, maxHeld)}
	var n int64
	for burst := range 200 {
		for range burst % 20 {
			n++
			r.sys.Command(Command{Website: r.shop.ID, Session: session, From: ada, Command: chat.Compose{On: true}, Ref: n, Conn: k})
		}
		for range burst % 20 {
			if !k.wait(ctx, r.t) {
				return
			}
		}
	}
	k.wantInOrder(r.t, "ack", n)
}

// TestAWebsiteHearsASenderInOrder: also while it wakes.
func TestAWebsiteHearsASenderInOrder(t *testing.T) {
	inBriefRoom(t, func(ctx context.Context, r *room) {
		var agents sync.WaitGroup
		for range 100 {
			website := r.put(chat.Website{ID: chat.NewWebsiteID(randomID()), Name: "Shop"}).ID
			for range 4 {
				agents.Go(func() { r.watchAgain(ctx, website) })
			}
		}
		agents.Wait()
	})
}

func (r *room) watchAgain(ctx context.Context, website chat.WebsiteID) {
	const times = 20
	k := &counted{handled: make(chan struct{}, times)}
	for n := range times {
		r.sys.WatchVisitors(WatchVisitors{Website: website, Ref: int64(n) + 1, Conn: k})
	}
	for range times {
		if !k.wait(ctx, r.t) {
			return
		}
	}
	k.wantInOrder(r.t, "visitors", times)
}
