package actors

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

const needle = "the-needle"

// track tells something of the visitor that can be tracking.
func (v *visitor) track() {
	v.r.t.Helper()
	v.send(1, chat.SetSegments{Segments: []string{needle}})
	v.send(2, chat.PushEvent{Event: chat.PageEvent{Name: needle}})
	synctest.Wait()
}

// withdraw withdraws the consent to it and waits.
func (v *visitor) withdraw() { v.send(3, chat.SetConsent{}); synctest.Wait() }

// kept counts the needles that the store has of a session.
func (r *room) kept(session chat.SessionID) (n int) {
	r.t.Helper()
	record, err := r.store.Store.Load(context.Background(), r.shop.ID, session)
	if errors.Is(err, persistence.ErrNotFound) {
		return 0
	}
	r.must(err)
	notes, err := r.store.Store.Notes(context.Background(), r.shop.ID, session, persistence.NotePage{})
	r.must(err)
	n = len(record.Visitor.Segments)
	for _, e := range notes {
		n += bytes.Count(e.Frame, []byte(needle))
	}
	return n
}

// lastHas reports whether the newest frame of a type holds the needle.
func (c *conn) lastHas(t *testing.T, of string) bool {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, frame := range slices.Backward(c.frames) {
		if parse(t, frame).T == of {
			return bytes.Contains(frame, []byte(needle))
		}
	}
	t.Errorf("no frame %s came", of)
	return false
}

// TestP13AWithdrawalInDoubt: the answer to its commit does not come. Whether it happened or not, the visitor is told to repeat, and then it has.
func TestP13AWithdrawalInDoubt(t *testing.T) {
	for name, happened := range map[string]bool{"it happened": true, "it did not": false} {
		t.Run(name, func(t *testing.T) {
			inRoom(t, func(t *testing.T, r *room) {
				time.Sleep(time.Hour) // the scrub that each start brings is over
				v := r.tab(chat.SessionID{})
				v.say("hello")
				v.track()
				other, a := r.tab(v.session), r.look(v.session)
				if r.kept(v.session) != 2 || !a.lastHas(t, "opened") {
					t.Fatal("the needles were not there to begin with")
				}
				r.store.set(trouble{commit: func(ctx context.Context, c *persistence.Commit) (persistence.Committed, error) {
					if happened {
						_, err := r.store.Store.Commit(ctx, c)
						r.must(err)
					}
					return persistence.Committed{}, context.DeadlineExceeded
				}})
				before := r.store.scrubs.Load()
				v.withdraw()
				v.wantRefused(t, "unavailable")
				r.store.heal()
				time.Sleep(2 * time.Second)
				synctest.Wait()
				if happened && (len(other.of("consent")) != 1 || a.lastHas(t, "visitor")) {
					t.Errorf("what turned out to have happened was not shown: to the other tab %s, to the agent %s", other.types(), a.types())
				}
				v.withdraw()
				if n := r.kept(v.session); n != 0 || len(v.refusals()) != 1 || len(other.of("consent")) != 1 || a.lastHas(t, "visitor") {
					t.Errorf("%d needles are left; visitor %s, other tab %s, agent %s", n, v.types(), other.types(), a.types())
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				if r.store.scrubs.Load() == before {
					t.Error("the bytes were not taken off the disk within the hour")
				}
				v.say("still here")
			})
		})
	}
}

// TestP13AWithdrawalThatCannotRead is refused as a whole: nothing changed, nothing is in doubt.
func TestP13AWithdrawalThatCannotRead(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("hello")
		v.track()
		r.store.set(trouble{notes: func() error { return errors.New("a bad sector") }})
		v.withdraw()
		v.wantRefused(t, "unavailable")
		if r.kept(v.session) != 2 {
			t.Error("half of it was removed")
		}
		r.store.heal()
		v.withdraw()
		v.wantRefused(t, "unavailable")
		if r.kept(v.session) != 0 {
			t.Error("the repeat removed nothing")
		}
	})
}

// TestP13AWithdrawalBehindAFirstCommitInDoubt: that commit carries what the page told, and may happen at any time. Until it is known, nothing can be
// promised.
func TestP13AWithdrawalBehindAFirstCommitInDoubt(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.track()
		var late func()
		r.store.set(trouble{commit: func(_ context.Context, c *persistence.Commit) (persistence.Committed, error) {
			held := *c
			late = func() {
				_, err := r.store.Store.Commit(context.Background(), &held)
				r.must(err)
			}
			return persistence.Committed{}, context.DeadlineExceeded
		}})
		id := chat.MessageID(randomID())
		v.post(id, "hello")
		r.store.heal()
		v.withdraw()
		v.wantRefused(t, "unavailable", "unavailable")
		late()
		v.withdraw()
		v.post(id, "hello")
		if n := r.kept(v.session); n != 0 || len(v.refusals()) != 2 || v.acks(id) != 1 {
			t.Errorf("%d needles are left: %s", n, v.types())
		}
	})
}
