package actors

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// leaving makes a permanent session leave and stop halfway, in the write of what was unsaved; go on lets it finish.
func (r *room) leaving() (session chat.SessionID, goOn func()) {
	r.t.Helper()
	v := r.tab(chat.SessionID{})
	v.say("one")
	v.leave()
	a := r.look(v.session)
	v = r.tab(v.session) // an access that may wait for the next commit
	blocked := make(chan struct{})
	r.store.set(trouble{commit: func(context.Context, *persistence.Commit) (persistence.Committed, error) {
		return persistence.Committed{}, errors.New("not now")
	}})
	v.leave() // the store refuses, so it stays unsaved
	r.store.set(trouble{commit: func(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
		<-blocked
		return r.store.Store.Commit(ctx, c)
	}})
	r.sys.Detach(r.shop.ID, v.session, a)
	time.Sleep(chat.DefaultLifetime().Idle)
	synctest.Wait()
	return v.session, func() { r.store.heal(); close(blocked); synctest.Wait() }
}

func TestWhatArrivesWhileASessionLeavesIsAnsweredOnce(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		session, goOn := r.leaving()
		k, id := new(conn), chat.MessageID(randomID())
		r.sys.Command(Command{Website: r.shop.ID, Session: session, From: ada, Command: message(id, "two"), Ref: 1, Conn: k})
		v := &visitor{new(conn), r, session}
		joined := make(chan error)
		go func() { joined <- r.attach(v, false) }()
		synctest.Wait()
		if n := len(k.all()); n != 0 {
			t.Fatalf("the session answered with %d frames while it leaves: the test does not test the handshake", n)
		}
		goOn()
		r.must(<-joined)
		synctest.Wait()
		if k.acks(id) != 1 || len(k.all()) != 1 || k.handled != 1 {
			t.Errorf("the agent got %s, handled %d", k.types(), k.handled)
		}
		if got := r.log(session); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("the log is %q", got)
		}
		v.say("three")
		if n := r.inMemory(); n != 1 {
			t.Errorf("%d sessions in memory", n)
		}
	})
}

func TestASessionThatIsNeededAgainStays(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		synctest.Wait()
		pid := r.sys.shards[shardOf(v.session)].sessions[v.session].pid
		for n := range 50 {
			r.sys.actors.Root.Send(pid, release{}) // it was about to go, and somebody was faster
			v.send(int64(n)+1, message(chat.MessageID(randomID()), fmt.Sprint(n)))
		}
		synctest.Wait()
		if acks := v.of("ack"); len(acks) != 51 || acks[50].Seq != 51 || len(v.of("error")) != 0 {
			t.Errorf("%d acks, and errors %q", len(acks), v.refusals())
		}
		for n, text := range r.log(v.session)[1:] {
			if text != fmt.Sprint(n) {
				t.Fatalf("message %d is %q: one overtook another", n, text)
			}
		}
		if v.closed() != 0 || r.inMemory() != 1 {
			t.Errorf("closed with %d, %d sessions in memory", v.closed(), r.inMemory())
		}
	})
}

// following is a connection that does something at each answer.
type following struct {
	conn
	next []func()
}

func (f *following) Handled() {
	next := f.next[0]
	f.next = f.next[1:]
	next()
}

// TestWhatWasHeldBackIsNotOvertaken: what is sent while the shard still forwards comes behind all of it.
func TestWhatWasHeldBackIsNotOvertaken(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		session, goOn := r.leaving()
		last := make(chan struct{})
		k := new(following)
		compose := func() {
			r.sys.Command(Command{Website: r.shop.ID, Session: session, From: ada, Command: chat.Compose{On: true}, Conn: k})
		}
		k.next = []func(){compose, func() {
			select {
			case <-last:
			default:
				t.Error("one message overtook another")
			}
		}}
		compose()
		for range 20 * maxHeld { // enough to forward until the first one is answered
			r.sys.Detach(r.shop.ID, session, new(conn))
		}
		r.sys.toSession(r.shop.ID, session, detach{new(conn), last})
		synctest.Wait()
		goOn()
		if len(k.next) != 0 {
			t.Errorf("%d commands were not answered", len(k.next))
		}
	})
}

func TestMoreThanCanBeHeldBackIsRefusedAtOnce(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		session, goOn := r.leaving()
		v := &visitor{new(conn), r, session}
		joined := make(chan error)
		go func() { joined <- r.attach(v, false) }()
		synctest.Wait()
		const more = 40
		conns := make([]*conn, maxHeld-1+more)
		for i := range conns {
			conns[i] = new(conn)
			r.sys.Command(Command{
				Website: r.shop.ID, Session: session, From: ada, Command: message(chat.MessageID(randomID()), fmt.Sprint(i)), Ref: 1, Conn: conns[i],
			})
		}
		r.sys.Detach(r.shop.ID, session, v.conn) // a client that came and left: not to be forgotten, whatever the queue
		synctest.Wait()
		for i, k := range conns {
			refused := slices.Equal(k.refusals(), []string{"unavailable"}) && k.handled == 1
			if refused != (i >= maxHeld-1) {
				t.Fatalf("command %d: refused %v, handled %d", i, refused, k.handled)
			}
		}
		goOn()
		r.must(<-joined)
		synctest.Wait()
		for i, k := range conns {
			if len(k.all()) != 1 || k.handled != 1 {
				t.Errorf("command %d was answered with %s, handled %d", i, k.types(), k.handled)
			}
		}
		if got := len(r.log(session)); got != maxHeld {
			t.Errorf("%d messages are stored, want %d", got, maxHeld)
		}
		time.Sleep(5 * time.Minute)
		if n := r.inMemory(); n != 0 {
			t.Errorf("%d sessions are in memory long after everybody left", n)
		}
	})
}

func TestStopAnswersWhatWasHeldBack(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		session, goOn := r.leaving()
		k := new(conn)
		r.sys.Command(Command{Website: r.shop.ID, Session: session, From: ada, Command: message(chat.MessageID(randomID()), "two"), Ref: 1, Conn: k})
		v := &visitor{new(conn), r, session}
		joined, stopped := make(chan error), make(chan error)
		go func() { joined <- r.attach(v, false) }()
		synctest.Wait()
		go func() { stopped <- r.sys.Stop(context.Background()) }()
		synctest.Wait()
		goOn()
		var refusal *chat.Error
		if err := <-joined; !errors.As(err, &refusal) {
			t.Errorf("attach: %v", err)
		}
		r.must(<-stopped)
		k.wantRefused(t, "unavailable")
		if k.handled != 1 {
			t.Errorf("handled %d times", k.handled)
		}
		r.sys = r.start()
	})
}

func TestStopWritesWhatIsUnsavedAndRefusesTheRest(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		v.send(0, chat.VisitPage{Page: chat.Page{URL: "https://shop.example/checkout"}})
		synctest.Wait()
		stopped := r.sys
		r.must(stopped.Stop(t.Context()))
		r.must(stopped.Stop(t.Context())) // a second call does nothing
		record, err := r.store.Store.Load(t.Context(), r.shop.ID, v.session)
		r.must(err)
		if got := record.Visitor.Pages[0].URL; got != "https://shop.example/checkout" {
			t.Errorf("the last page is %q", got)
		}
		r.sys = r.start()
	})
}

func TestP7AnAgentWhoLooksKeepsNoTemporarySession(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		a := r.look(v.session)
		time.Sleep(time.Hour) // an open connection of the visitor is access
		v.leave()
		time.Sleep(29*time.Minute + 59*time.Second)
		r.as(ada, r.shop.ID, v.session, chat.Compose{On: true}) // what an agent does is no access of the website
		if n := r.inMemory(); n != 1 {
			t.Fatalf("%d sessions in memory before the time has come", n)
		}
		time.Sleep(2 * time.Second)
		if n := r.inMemory(); n != 0 {
			t.Errorf("%d sessions in memory after 30 minutes without access", n)
		}
		if len(a.of("deleted")) != 1 {
			t.Errorf("the agent was not told: %s", a.types())
		}
		if err := r.attach(&visitor{new(conn), r, v.session}, false); !errors.Is(err, ErrUnknownSession) {
			t.Errorf("it came back: %v", err)
		}
	})
}

func TestAnAgentWhoLooksKeepsAConversationInMemory(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		a := r.look(v.session)
		v.leave()
		time.Sleep(time.Hour)
		if n := r.inMemory(); n != 1 || len(a.of("deleted")) != 0 {
			t.Errorf("%d sessions in memory, the agent got %s", n, a.types())
		}
		r.sys.Detach(r.shop.ID, v.session, a)
		time.Sleep(time.Minute)
		if n := r.inMemory(); n != 0 {
			t.Errorf("%d sessions in memory after all had left", n)
		}
	})
}

func TestP8TheTemporaryLogGoesAlongWithTheFirstCommit(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.send(1, chat.FireTrigger{Name: "help"})
		v.send(2, chat.PushEvent{Event: chat.PageEvent{Name: "cart"}})
		r.as(ada, r.shop.ID, v.session, chat.PostNote{ID: chat.MessageID(randomID()), Text: "looks lost"})
		if _, err := r.store.Store.Load(t.Context(), r.shop.ID, v.session); !errors.Is(err, persistence.ErrNotFound) {
			t.Fatalf("a temporary session is in the store: %v", err)
		}
		v.say("Yes please")
		if got := r.log(v.session); !slices.Equal(got, []string{"Need a hand?", "Yes please"}) {
			t.Errorf("the log is %q", got)
		}
		notes, err := r.store.Notes(t.Context(), r.shop.ID, v.session, persistence.NotePage{})
		r.must(err)
		if len(notes) != 2 || notes[0].Seq != 1 || notes[1].Seq != 2 {
			t.Errorf("the agents' log is %v", notes)
		}
		record, err := r.store.Store.Load(t.Context(), r.shop.ID, v.session)
		r.must(err)
		if record.Head.Version != 1 || !record.Visitor.HasFired("help") || len(record.Visitor.Pages) != 1 {
			t.Errorf("version %d, fired %v, %d pages", record.Head.Version, record.Visitor.Fired, len(record.Visitor.Pages))
		}
		v.leave()
		time.Sleep(time.Hour) // it comes back from the store, and the trigger does not fire again (P12)
		back := r.tab(v.session)
		back.send(3, chat.FireTrigger{Name: "help"})
		synctest.Wait()
		if got := r.log(v.session); !slices.Equal(got, []string{"Need a hand?", "Yes please"}) {
			t.Errorf("after a wake the log is %q", got)
		}
	})
}
