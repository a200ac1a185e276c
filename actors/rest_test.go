package actors

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// rests checks how many sessions are in memory, and how many of them without an actor.
func (r *room) rests(sessions, resting int64) {
	r.t.Helper()
	synctest.Wait()
	if s := r.sys.Stats(); s.Sessions.Load() != sessions || s.Resting.Load() != resting {
		r.t.Fatalf("%d sessions, %d of them at rest; want %d and %d", s.Sessions.Load(), s.Resting.Load(), sessions, resting)
	}
}

// TestP8ASessionAtRestKeepsWhatItHad: neither a visitor who comes back nor an agent who looks can tell that it was at rest.
func TestP8ASessionAtRestKeepsWhatItHad(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.send(1, chat.FireTrigger{Name: "help"})
		synctest.Wait()
		r.rests(1, 0)
		v.leave()
		time.Sleep(59 * time.Second)
		r.rests(1, 0)
		time.Sleep(2 * time.Second)
		r.rests(1, 1)

		agent := r.look(v.session)
		if types := agent.types(); !slices.Contains(types, "opened") || !slices.Contains(types, "history") {
			t.Errorf("the agent saw %s", types)
		}
		r.rests(1, 0)
		r.sys.Detach(r.shop.ID, v.session, agent)
		time.Sleep(time.Millisecond)
		r.rests(1, 1)

		again := r.tab(v.session)
		if types := again.types(); !slices.Equal(types, []string{"welcome", "history"}) {
			t.Errorf("the visitor saw %s", types)
		}
		again.say("And what does it cost?")
		again.leave()
		time.Sleep(2 * time.Minute)
		r.rests(0, 0)
		if entries := r.log(v.session); len(entries) != 2 {
			t.Errorf("%d messages are stored, not the trigger's and the visitor's", len(entries))
		}
	})
}

// TestP7SessionsAtRestExpireEachInItsTime: half an hour after the last access, whatever came between, and nobody before.
func TestP7SessionsAtRestExpireEachInItsTime(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		ids := make([]chat.SessionID, 5)
		for i := range ids { // all in one shard
			ids[i] = chat.NewSessionID(randomID())
			ids[i][15] = 7
			v := &visitor{new(conn), r, ids[i]}
			r.must(r.attach(v, true))
			v.leave()
			time.Sleep(2 * time.Minute)
		}
		r.rests(5, 5)
		back := r.tab(ids[0]) // ten minutes after its first visit
		back.leave()
		r.look(ids[1]) // which is no access
		time.Sleep(22*time.Minute - time.Second)
		r.rests(5, 4)
		time.Sleep(2 * time.Second)
		for left := int64(4); left >= 0; left-- {
			r.rests(left, left)
			time.Sleep(2 * time.Minute)
		}
		if n := r.sys.Stats().Expired.Load(); n != 5 {
			t.Errorf("%d expired", n)
		}
		if err := r.attach(&visitor{new(conn), r, ids[0]}, false); !errors.Is(err, ErrUnknownSession) {
			t.Errorf("an expired session was joined: %v", err)
		}
	})
}

// TestALeftConnectionIsLetGo: a session holds no connection that it does not show anything.
func TestALeftConnectionIsLetGo(t *testing.T) {
	s := new(session)
	first, second := new(conn), new(conn)
	s.add(subscriber{first, chat.RoleVisitor})
	s.add(subscriber{second, chat.RoleAgent})
	before := s.subscribers
	s.remove(first)
	if len(s.subscribers) != 1 || s.subscribers[0].conn != second || before[1].conn != nil {
		t.Errorf("kept %v", before)
	}
	if s.remove(second); s.subscribers != nil || before[0].conn != nil {
		t.Errorf("kept %v", before)
	}
}
