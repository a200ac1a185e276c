package actors

import (
	"testing"
	"testing/synctest"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/parlor-chat/parlor/chat"
)

// TestTheShardForgetsWhoseActorIsGone: also a website, whose actor never ends by itself; the next message for it makes another.
func TestTheShardForgetsWhoseActorIsGone(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		synctest.Wait()
		session, website := &r.sys.shards[shardOf(v.session)], &r.sys.shards[shardOf(r.shop.ID)]
		for _, pid := range []*actor.PID{session.sessions[v.session].pid, website.websites[r.shop.ID]} {
			r.sys.actors.Root.Stop(pid)
		}
		r.rests(1, 1) // what a session is, it leaves behind
		if len(session.sessions) != 0 || len(website.websites) != 0 {
			t.Errorf("%d sessions and %d websites are there", len(session.sessions), len(website.websites))
		}
		r.tab(chat.SessionID{})
		watcher := new(conn)
		r.sys.WatchVisitors(WatchVisitors{Website: r.shop.ID, Ref: 1, Conn: watcher})
		synctest.Wait()
		if got := watcher.of("visitors"); len(got) != 1 || got[0].Count != 1 {
			t.Errorf("the website answered with %+v", got)
		}
	})
}
