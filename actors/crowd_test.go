package actors

import (
	"errors"
	"flag"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
)

// flood is how many sessions are made within one minute in TestAFloodOfSessionsTakesNeitherMemoryNorConversations; 100000 is the case of GUARANTEES
// section 6, number 58.
var flood = flag.Int("flood", 20_000, "how many temporary sessions are made within a minute")

// oneShard is a session id of shard 7.
func oneShard() chat.SessionID {
	id := chat.NewSessionID(randomID())
	id[15] = 7
	return id
}

// enter attaches a new visitor of one shard, who is refused or not.
func (r *room) enter() (*visitor, error) {
	v := &visitor{new(conn), r, oneShard()}
	err := r.attach(v, true)
	return v, err
}

// is reports whether the session can still be joined.
func (r *room) is(v *visitor) bool {
	again := &visitor{new(conn), r, v.session}
	err := r.attach(again, false)
	again.leave()
	return err == nil
}

func TestTheOldestIdleSessionsMakeRoom(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.sys.crowd = crowd{perShard: 4}
		talk := &visitor{new(conn), r, oneShard()}
		r.must(r.attach(talk, true))
		talk.say("I am here to stay")
		talk.leave()
		var idle []*visitor
		for range 4 {
			v, err := r.enter()
			r.must(err)
			idle = append(idle, v)
		}
		for _, v := range idle {
			v.leave()
			time.Sleep(2 * time.Minute)
		}
		r.rests(4, 4)
		newer, err := r.enter()
		r.must(err)
		r.rests(4, 3)
		if r.is(idle[0]) {
			t.Error("the oldest one is still there")
		}
		for _, v := range idle[1:] {
			if !r.is(v) {
				t.Error("a younger one had to go")
			}
		}
		if n := r.sys.Stats().Evicted.Load(); n != 1 {
			t.Errorf("%d had to go, want 1", n)
		}
		time.Sleep(2 * time.Minute) // they rest again
		// Those who are connected stay, and with nobody idle the newcomer is refused; a conversation's visitor is not.
		for range 3 {
			_, err := r.enter()
			r.must(err)
		}
		_, err = r.enter()
		if !errors.Is(err, &chat.Error{Code: chat.CodeBusy}) {
			t.Fatalf("with no room a newcomer got %v", err)
		}
		if !r.is(talk) {
			t.Error("the conversation is gone")
		}
		newer.leave()
		_, err = r.enter()
		r.must(err)
		if len(r.log(talk.session)) != 1 {
			t.Error("the conversation lost its message")
		}
	})
}

// TestSessionsThatWereLeftJustNowMakeRoom: they have an actor still, and are asked to rest.
func TestSessionsThatWereLeftJustNowMakeRoom(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.sys.crowd = crowd{perShard: 4}
		var all []*visitor
		for i := range 4 {
			v, err := r.enter()
			r.must(err)
			if all = append(all, v); i < 2 {
				v.leave()
				time.Sleep(time.Second)
			}
		}
		r.rests(4, 0)
		_, err := r.enter()
		if errors.Is(err, &chat.Error{Code: chat.CodeBusy}) { // the newcomer was faster than they
			r.rests(4, 2)
			_, err = r.enter()
		}
		r.must(err)
		synctest.Wait()
		_, err = r.enter()
		r.must(err)
		synctest.Wait()
		if n := r.sys.Stats().Evicted.Load(); n != 2 || !r.is(all[2]) || !r.is(all[3]) {
			t.Errorf("%d had to go; want the two who had left", n)
		}
	})
}

// TestTheCountOfTemporarySessions follows sessions through all that ends their being temporary, and memory.
func TestTheCountOfTemporarySessions(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		r.sys.crowd = crowd{perShard: 100}
		count := func(want int64) {
			t.Helper()
			synctest.Wait()
			if n := r.sys.shards[7].temporary.Load(); n != want {
				t.Fatalf("%d temporary sessions are counted, want %d", n, want)
			}
		}
		enter := func() *visitor {
			t.Helper()
			v, err := r.enter()
			r.must(err)
			return v
		}
		talks, erased, left, stale := enter(), enter(), enter(), enter()
		count(4)
		talks.say("Hello")
		count(3)
		r.as(ada, r.shop.ID, erased.session, chat.Erase{})
		count(2)
		left.leave()
		time.Sleep(2 * time.Minute)
		count(1)
		back := &visitor{new(conn), r, left.session}
		r.must(r.attach(back, false))
		count(2)
		r.look(stale.session)
		stale.leave()
		time.Sleep(31 * time.Minute)
		count(1)
		back.leave()
		time.Sleep(31 * time.Minute)
		count(0)
	})
}

func TestAFloodOfSessionsTakesNeitherMemoryNorConversations(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		const conversations, most = 100, 5120
		r.sys.crowd = newCrowd(most)
		talks := make([]*visitor, conversations)
		for i := range talks {
			talks[i] = r.tab(chat.SessionID{})
			talks[i].say("I am here to stay")
		}
		before, peak := inUse(), int64(0)
		for i := range *flood {
			v := r.tab(chat.SessionID{})
			r.must(r.sys.Leave(t.Context(), r.shop.ID, v.session, v.conn))
			peak = max(peak, r.sys.Stats().Sessions.Load())
			if i%max(1, *flood/60) == 0 {
				time.Sleep(time.Second)
			}
		}
		synctest.Wait()
		grown := inUse() - before
		if peak > most+conversations+64 { // those that are on their way
			t.Errorf("%d sessions were in memory", peak)
		}
		if evicted := r.sys.Stats().Evicted.Load(); int(evicted) < *flood-most {
			t.Errorf("%d of %d had to go", evicted, *flood)
		}
		for _, v := range talks {
			v.say("still")
		}
		figure.Note(t, "P11", "%d new sessions within a minute, room for %d: at most %d in memory with %d conversations, which %.1f MiB hold; "+
			"all conversations go on", *flood, most, peak, conversations, float64(grown)/(1<<20))
	})
}

// inUse is how much memory is in use.
func inUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
