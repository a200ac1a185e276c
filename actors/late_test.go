package actors

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// giveUp makes the store hold back commits; late lets them happen, long after everybody was told that the store does not answer.
func (r *room) giveUp() (late func()) {
	held := make(chan *persistence.Commit, 1)
	r.store.set(trouble{commit: func(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
		held <- c
		<-ctx.Done()
		return persistence.Committed{}, ctx.Err()
	}})
	return func() {
		_, _ = r.store.Store.Commit(context.Background(), <-held) // that it comes too late is for the store to see
	}
}

// postInVain posts while the store holds back, and waits until the session has asked what became of it: nothing so far.
func (v *visitor) postInVain(t *testing.T, r *room, text string) (id chat.MessageID, late func()) {
	t.Helper()
	late = r.giveUp()
	id = chat.MessageID(randomID())
	v.post(id, text)
	time.Sleep(defaultCommitTimeout)
	synctest.Wait()
	v.wantRefused(t, "unavailable")
	r.store.heal()
	time.Sleep(2 * reconcileAfter)
	synctest.Wait()
	return id, late
}

func TestG4NothingInMemoryTakesTheNumberOfAFirstCommitThatMayComeLate(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		_, late := v.postInVain(t, r, "Hello?")
		v.send(1, chat.FireTrigger{Name: "help"})
		synctest.Wait()
		late()
		v.send(2, chat.FireTrigger{Name: "help"})
		synctest.Wait()
		if got, want := v.texts(), []string{"Hello?", "Need a hand?"}; !slices.Equal(got, want) || !slices.Equal(r.log(v.session), want) {
			t.Errorf("the visitor saw %q, the log is %q", got, r.log(v.session))
		}
	})
}

func TestG5WhoJoinsAfterALateCommitGetsItOnce(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		id, late := v.postInVain(t, r, "two")
		late()
		a := r.look(v.session)
		if opened := a.of("opened"); len(opened) != 1 || opened[0].Seq != 2 {
			t.Errorf("opened says %+v, the log has two messages", opened)
		}
		v.post(id, "two")
		v.say("three")
		if got := a.texts(); !slices.Equal(got, []string{"three"}) { // the first two came with the snapshot
			t.Errorf("the agent saw %q live", got)
		}
		if got := v.texts(); !slices.Equal(got, []string{"two"}) {
			t.Errorf("the visitor saw %q", got)
		}
	})
}

func TestP14ALateFirstCommitDoesNotReviveADeletedSession(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		_, late := v.postInVain(t, r, "Hello?")
		r.as(ada, r.shop.ID, v.session, chat.Erase{})
		synctest.Wait()
		late()
		if _, err := r.store.Load(t.Context(), r.shop.ID, v.session); !isGone(err) {
			t.Errorf("the session is back: %v", err)
		}
	})
}

func TestLeaveWaitsUntilNothingMoreComes(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		late := r.giveUp()
		v.send(0, message(chat.MessageID(randomID()), "two"))
		began := time.Now()
		r.must(r.sys.Leave(t.Context(), r.shop.ID, v.session, v.conn))
		if time.Since(began) != defaultCommitTimeout {
			t.Errorf("left after %v, before the session was done with what was sent", time.Since(began))
		}
		seen := len(v.all())
		r.store.heal()
		late()
		r.as(ada, r.shop.ID, v.session, message(chat.MessageID(randomID()), "Are you there?"))
		synctest.Wait()
		if all := v.all(); len(all) != seen {
			t.Errorf("came after the end: %+v", all[seen:])
		}
		// Where nobody knows the connection there is nothing to wait for.
		r.must(r.sys.Leave(t.Context(), r.shop.ID, chat.NewSessionID(randomID()), v.conn))
		w := r.tab(chat.SessionID{})
		r.giveUp()
		w.send(0, message(chat.MessageID(randomID()), "one"))
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.sys.Leave(ctx, r.shop.ID, w.session, w.conn); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("left a busy session: %v", err)
		}
		r.store.heal()
	})
}
