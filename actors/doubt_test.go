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
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
)

func TestG2ACommitInDoubtThatHappenedIsOneMessage(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		inbox, a := r.inbox(r.shop.ID), r.look(v.session)
		r.store.set(trouble{commit: func(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
			_, err := r.store.Store.Commit(ctx, c)
			r.must(err)
			<-ctx.Done() // stored, but the answer does not come
			return persistence.Committed{}, ctx.Err()
		}})
		id := chat.MessageID(randomID())
		began := time.Now()
		v.post(id, "two")
		time.Sleep(defaultCommitTimeout)
		synctest.Wait()
		if waited := time.Since(began); waited != defaultCommitTimeout {
			t.Errorf("the client was told after %v", waited)
		}
		v.wantRefused(t, "unavailable")
		if v.acks(id) != 0 {
			t.Error("acknowledged without knowing")
		}
		r.store.heal()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		v.post(id, "two")
		acks := v.of("ack")
		if last := acks[len(acks)-1]; len(acks) != 2 || last.Seq != 2 || last.ID != id.String() {
			t.Errorf("the repeat was answered with %+v", acks)
		}
		if got := r.log(v.session); !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("the log is %q", got)
		}
		if got := a.texts(); !slices.Equal(got, []string{"two"}) {
			t.Errorf("the agent saw %q", got)
		}
		if got := inbox.of("conversation"); len(got) == 0 {
			t.Error("the inbox never heard of it")
		}
		v.post(id, "something else")
		v.wantRefused(t, "unavailable", "cmid_conflict")
		v.say("three")
	})
}

func TestG2AFirstCommitInDoubtThatHappenedBeginsTheConversation(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.send(1, chat.FireTrigger{Name: "help"})
		synctest.Wait()
		r.store.set(trouble{commit: func(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
			_, err := r.store.Store.Commit(ctx, c)
			r.must(err)
			return persistence.Committed{}, context.DeadlineExceeded
		}})
		id := chat.MessageID(randomID())
		v.post(id, "Yes please")
		v.wantRefused(t, "unavailable")
		r.store.heal()
		time.Sleep(time.Second)
		v.post(id, "Yes please")
		if got := v.texts(); v.acks(id) != 1 || !slices.Equal(got, []string{"Need a hand?", "Yes please"}) {
			t.Errorf("%d acks; the visitor saw %q", v.acks(id), got)
		}
		v.say("Still there?")
		if got := r.log(v.session); !slices.Equal(got, []string{"Need a hand?", "Yes please", "Still there?"}) {
			t.Errorf("the log is %q", got)
		}
	})
}

func TestG2ACommitInDoubtThatDidNotHappenCanBeRepeated(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		for _, before := range []int{0, 1} { // the session's first commit, and a later one
			v := r.tab(chat.SessionID{})
			want := []string{"again"}
			if before > 0 {
				v.say("before")
				want = []string{"before", "again"}
			}
			r.store.set(trouble{commit: func(context.Context, *persistence.Commit) (persistence.Committed, error) {
				return persistence.Committed{}, errors.New("the disk is on fire")
			}})
			id := chat.MessageID(randomID())
			v.post(id, "again")
			v.wantRefused(t, "unavailable")
			r.store.heal()
			v.post(id, "again")
			if v.acks(id) != 1 || !slices.Equal(r.log(v.session), want) {
				t.Errorf("%d acks, log %q", v.acks(id), r.log(v.session))
			}
		}
	})
}

func TestG11WhileTheStoreIsAwayEverythingIsAnsweredAndComesBackByItself(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		away := errors.New("away")
		stored := true
		r.store.set(trouble{
			commit: func(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
				if stored {
					stored = false
					_, err := r.store.Store.Commit(ctx, c)
					r.must(err)
				}
				return persistence.Committed{}, away
			},
			load: func(context.Context) error { return away },
		})
		id := chat.MessageID(randomID())
		v.post(id, "two")
		v.post(chat.MessageID(randomID()), "three")
		v.wantRefused(t, "unavailable", "unavailable")
		time.Sleep(10 * time.Second)
		r.store.heal()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if got := v.texts(); !slices.Equal(got, []string{"two"}) {
			t.Errorf("what turned out to be stored was shown as %q", got)
		}
		v.say("four")
		if got := r.log(v.session); !slices.Equal(got, []string{"one", "two", "four"}) {
			t.Errorf("the log is %q", got)
		}
		figure.Note(t, "G11", "every message of an outage is answered `unavailable`, and all goes on by itself within 2 s of its end")
	})
}

func TestG3ACommitThatLandsLateIsStillOne(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		a := r.look(v.session)
		for n := range 5 { // the agents' log is ahead of the messages
			r.as(ada, r.shop.ID, v.session, chat.PostNote{ID: chat.MessageID(randomID()), Text: fmt.Sprint(n)})
		}
		var late persistence.Commit
		r.store.set(trouble{commit: func(_ context.Context, c *persistence.Commit) (persistence.Committed, error) {
			late = *c
			return persistence.Committed{}, context.DeadlineExceeded
		}})
		id := chat.MessageID(randomID())
		v.post(id, "two")
		r.store.heal()
		time.Sleep(time.Second) // the session asked the store, and learned that nothing had happened
		_, err := r.store.Store.Commit(t.Context(), &late)
		r.must(err)
		v.post(id, "two")
		if got := a.texts(); !slices.Equal(got, []string{"two"}) {
			t.Errorf("the agent saw %q", got)
		}
		v.say("three")
		if got := r.log(v.session); v.acks(id) != 1 || !slices.Equal(got, []string{"one", "two", "three"}) {
			t.Errorf("%d acks, log %q", v.acks(id), got)
		}
	})
}

func TestG6AStaleWriterDiscardsItsStateAndStops(t *testing.T) {
	for name, fault := range map[string]error{"conflict": persistence.ErrConflict, "fenced": persistence.ErrFenced} {
		t.Run(name, func(t *testing.T) {
			inRoom(t, func(t *testing.T, r *room) {
				v := r.tab(chat.SessionID{})
				v.say("one")
				a := r.look(v.session)
				tries := 0
				r.store.set(trouble{commit: func(context.Context, *persistence.Commit) (persistence.Committed, error) {
					tries++
					return persistence.Committed{}, fmt.Errorf("commit: %w", fault)
				}})
				v.post(chat.MessageID(randomID()), "two")
				v.wantRefused(t, "unavailable")
				if v.closed() != protocol.CloseResync || a.closed() != protocol.CloseResync {
					t.Errorf("closed with %d and %d, want %d", v.closed(), a.closed(), protocol.CloseResync)
				}
				if n := r.inMemory(); n != 0 || tries != 1 {
					t.Errorf("%d sessions in memory after %d tries, want none after one", n, tries)
				}
				r.store.heal()
				back := r.tab(v.session)
				back.say("three")
				if got := r.log(v.session); !slices.Equal(got, []string{"one", "three"}) {
					t.Errorf("the log is %q", got)
				}
			})
		})
	}
	figure.Note(t, "G6", "a session whose write is refused as stale stops at that write: 1 try, 0 sessions left in memory")
}

func TestG6ANewerOwnerFencesTheOld(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		old := r.tab(chat.SessionID{})
		old.say("one")
		stale := r.sys
		r.sys = r.start() // claims all shards
		id := chat.MessageID(randomID())
		stale.Command(Command{
			Website: r.shop.ID, Session: old.session, From: chat.Participant{Role: chat.RoleVisitor}, Command: message(id, "two"), Conn: old.conn,
		})
		synctest.Wait()
		if old.closed() != protocol.CloseResync || old.acks(id) != 0 {
			t.Errorf("the stale owner closed with %d after %d acks", old.closed(), old.acks(id))
		}
		back := r.tab(old.session)
		back.post(id, "two")
		if got := r.log(old.session); back.acks(id) != 1 || !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("%d acks, log %q", back.acks(id), got)
		}
		r.must(stale.Stop(t.Context()))
		figure.Note(t, "G6", "an owner that was superseded: its first write refused, 0 acks, its connections sent to the new owner, 0 double numbers")
	})
}

func TestAPanicAnswersTheAskerAndLetsClientsComeBack(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		other, a := r.tab(v.session), r.look(v.session)
		r.store.set(trouble{commit: func(context.Context, *persistence.Commit) (persistence.Committed, error) { panic("a bug") }})
		id := chat.MessageID(randomID())
		before := v.handled
		v.post(id, "two")
		v.wantRefused(t, "unavailable")
		if v.handled != before+1 {
			t.Errorf("%d commands were called handled, want 1", v.handled-before)
		}
		for _, k := range []*conn{v.conn, other.conn, a} {
			if k.closed() != protocol.CloseResync {
				t.Errorf("closed with %d, want %d", k.closed(), protocol.CloseResync)
			}
		}
		if got := r.sys.stats.Panics.Load(); got != 1 {
			t.Errorf("%d panics were counted", got)
		}
		r.store.heal()
		back := r.tab(v.session)
		back.post(id, "two")
		if got := r.log(v.session); back.acks(id) != 1 || !slices.Equal(got, []string{"one", "two"}) {
			t.Errorf("%d acks, log %q", back.acks(id), got)
		}
	})
}

func TestAPanicWhileJoiningAnswersBothSides(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.store.set(trouble{load: func(context.Context) error { panic("a bug") }})
		v := &visitor{new(conn), r, chat.NewSessionID(randomID())}
		var refusal *chat.Error
		if err := r.attach(v, true); !errors.As(err, &refusal) || refusal.Code != chat.CodeUnavailable {
			t.Errorf("attach: %v", err)
		}
		a := r.look(v.session)
		a.wantRefused(t, "unavailable")
		if a.handled != 1 {
			t.Errorf("handled %d times", a.handled)
		}
		r.store.heal()
		if n := r.inMemory(); n != 0 {
			t.Errorf("%d sessions are in memory", n)
		}
		r.must(r.attach(v, true))
		v.say("one")
	})
}

func TestP14AnEraseInDoubtThatHappenedIsFinal(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("delete this")
		a, inbox := r.look(v.session), r.inbox(r.shop.ID)
		r.store.set(trouble{erase: func(ctx context.Context, session chat.SessionID) error {
			r.must(r.store.Store.Erase(ctx, persistence.Erasure{Website: r.shop.ID, Session: session}))
			return context.DeadlineExceeded
		}})
		r.as(ada, r.shop.ID, v.session, chat.Erase{}).wantRefused(t, "unavailable")
		r.store.heal()
		time.Sleep(5 * time.Second)
		synctest.Wait()
		if len(v.of("deleted")) != 1 || len(a.of("deleted")) != 1 || len(inbox.of("removed")) != 1 || v.closed() != protocol.CloseSessionClosed {
			t.Errorf("visitor %s closed with %d, agent %s, inbox %s", v.types(), v.closed(), a.types(), inbox.types())
		}
		if n := r.inMemory(); n != 0 {
			t.Errorf("%d sessions are in memory", n)
		}
		if err := r.attach(&visitor{new(conn), r, v.session}, false); !errors.Is(err, ErrUnknownSession) {
			t.Errorf("the cookie of a deleted session: %v", err)
		}
		before := r.store.scrubs.Load()
		time.Sleep(time.Hour)
		synctest.Wait()
		if r.store.scrubs.Load() == before {
			t.Error("the bytes were not taken off the disk within the hour")
		}
	})
}

func TestP14WhatWasErasedBeforeARestartLeavesTheDisk(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("delete this")
		r.as(ada, r.shop.ID, v.session, chat.Erase{})
		time.Sleep(time.Minute)
		r.must(r.sys.Stop(t.Context()))
		before := r.store.scrubs.Load()
		r.sys = r.start()
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		if r.store.scrubs.Load() == before {
			t.Error("a restart made the node forget what is still on the disk")
		}
	})
}
