package actors

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// succeed replaces the system by another one on the same store, which is given what the first left. It returns what that was.
func (r *room) succeed() (left []Left) {
	r.t.Helper()
	r.must(r.sys.Stop(context.Background()))
	left = slices.Collect(r.sys.Left())
	for range r.sys.Left() {
		r.t.Error("something was left twice")
	}
	r.sys = r.start()
	for _, l := range left {
		r.sys.Restore(l)
	}
	return left
}

// back joins a new connection to a session, as a client that has seen the log up to a number.
func (r *room) back(session chat.SessionID, epoch chat.Epoch, seq int64) (*visitor, error) {
	v := &visitor{new(conn), r, session}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	return v, r.sys.Attach(ctx, Attach{
		Website: r.shop.ID, Session: session, SecretHash: secretHash, Conn: v.conn,
		Resume: &protocol.Resume{Epoch: protocol.FormatEpoch(epoch), Seq: seq},
	})
}

// TestP12ATemporarySessionSurvivesAPlannedRestart: connected or not, with an actor or at rest; its visitor resumes, and what fired has fired.
func TestP12ATemporarySessionSurvivesAPlannedRestart(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		resting, awake, connected := r.tab(chat.SessionID{}), r.tab(chat.SessionID{}), r.tab(chat.SessionID{})
		all := []*visitor{resting, awake, connected}
		note := chat.PostNote{ID: chat.MessageID(randomID()), Text: "A regular."}
		for _, v := range all {
			v.send(1, chat.FireTrigger{Name: "help"})
			synctest.Wait()
			r.as(ada, r.shop.ID, v.session, note)
		}
		resting.leave()
		time.Sleep(2 * time.Minute)
		awake.leave()
		r.rests(3, 1)

		left := r.succeed()
		if len(left) != 3 {
			t.Fatalf("%d sessions are left of 3", len(left))
		}
		r.rests(3, 3)
		for _, l := range left {
			if !slices.ContainsFunc(all, func(v *visitor) bool { return v.session == l.Session.ID }) || l.Session.Visitor.Visits != 1 {
				t.Errorf("left: %v", l.Session.Head.ID)
			}
			v, err := r.back(l.Session.ID, l.Session.Epoch, 1)
			r.must(err)
			welcome := v.of("welcome")[0]
			if welcome.Seq != 1 || welcome.Resume != "ok" || len(welcome.Triggers) != 0 || len(v.all()) != 1 {
				t.Errorf("the visitor was told %+v", v.all())
			}
			v.send(1, chat.FireTrigger{Name: "help"})
			synctest.Wait()
			if fired := v.of("ack"); len(fired) != 1 || fired[0].Fired {
				t.Errorf("the trigger fired again: %+v", v.all())
			}
			if acks := r.as(ada, r.shop.ID, v.session, note).of("ack"); len(acks) != 1 || acks[0].Seq != 1 {
				t.Errorf("the repeated note was answered with %+v", acks)
			}
			v.say("Hello?")
			if got, want := r.log(v.session), []string{"Need a hand?", "Hello?"}; !slices.Equal(got, want) {
				t.Errorf("the log is %q, not %q", got, want)
			}
		}
	})
}

// TestP7ARestartGivesNobodyMoreTime: half an hour after the last access a session is gone, in whichever system it is then, and one whose time
// is over is not handed on.
func TestP7ARestartGivesNobodyMoreTime(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		first, second, connected := r.tab(chat.SessionID{}), r.tab(chat.SessionID{}), r.tab(chat.SessionID{})
		first.leave()
		time.Sleep(20 * time.Minute)
		second.leave()
		if left := r.succeed(); len(left) != 3 {
			t.Fatalf("%d sessions are left of 3", len(left))
		}
		time.Sleep(10*time.Minute - time.Second)
		r.rests(3, 3)
		time.Sleep(2 * time.Second)
		r.rests(2, 2)

		time.Sleep(19 * time.Minute)
		r.must(r.sys.Stop(context.Background()))
		time.Sleep(time.Minute) // the one that was connected at the first restart had half an hour from then on, and so had the second
		for l := range r.sys.Left() {
			t.Errorf("%v is left after its time; the connected one was %v", l.Session.ID, connected.session)
		}
		r.sys = r.start()
		r.sys.Restore(Left{Session: chat.NewSession(r.shop.ID, second.session, 1, secretHash, time.Now()), LastAccess: time.Now().Add(-31 * time.Minute)})
		if err := r.attach(&visitor{new(conn), r, second.session}, false); !errors.Is(err, ErrUnknownSession) {
			t.Errorf("a session was joined after its time: %v", err)
		}
		r.rests(0, 0)
	})
}

// TestP9OnlyWhatIsTemporaryIsHandedOn: what is in the store, was deleted, or may be in the store is not.
func TestP9OnlyWhatIsTemporaryIsHandedOn(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		temporary, permanent, deleted, doubtful := r.tab(chat.SessionID{}), r.tab(chat.SessionID{}), r.tab(chat.SessionID{}), r.tab(chat.SessionID{})
		permanent.say("Hello?")
		r.as(ada, r.shop.ID, deleted.session, chat.Erase{})
		doubtful.postInVain(t, r, "Is anybody there?")
		left := r.succeed()
		if len(left) != 1 || left[0].Session.ID != temporary.session {
			t.Errorf("%d sessions are left, not the temporary one", len(left))
		}
		r.sys.Restore(left[0]) // a second time
		r.rests(1, 1)
	})
}

// TestG3ANoteIsThereOnceAfterARest: its receipt rests with the session.
func TestG3ANoteIsThereOnceAfterARest(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.leave()
		note := chat.PostNote{ID: chat.MessageID(randomID()), Text: "Gone already."}
		for range 2 {
			if acks := r.as(ada, r.shop.ID, v.session, note).of("ack"); len(acks) != 1 || acks[0].Seq != 1 {
				t.Fatalf("the note was answered with %+v", acks)
			}
			time.Sleep(2 * time.Minute)
			r.rests(1, 1)
		}
	})
}
