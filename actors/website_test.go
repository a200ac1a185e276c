package actors

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
)

func TestG22AForeignAgentLearnsNothingByNamingASession(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("private")
		spy := r.inbox(r.foreign.ID)
		v.say("also private") // announced in a quarter second
		r.as(eve, r.foreign.ID, v.session, chat.MarkRead{Seq: 1}).wantRefused(t, "unknown_session")
		time.Sleep(time.Second)
		synctest.Wait()
		if got := spy.of("conversation"); len(got) != 0 {
			t.Errorf("the foreign inbox was told of %+v", got)
		}
		v.leave()
		time.Sleep(time.Hour)
		if got := spy.types(); !slices.Equal(got, []string{"inbox"}) {
			t.Errorf("the foreign inbox got %s", got)
		}
		back := r.tab(v.session)
		if got := back.of("welcome"); len(got) != 1 || got[0].Seq != 2 {
			t.Errorf("the conversation came back as %+v", got)
		}
		figure.Note(t, "G22", "an agent who names a session of another website is told of 0 of its messages, and changes nothing")
	})
}

func TestG22AForeignQuestionDoesNotChangeWhoseRulesHold(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		v := r.tab(chat.SessionID{})
		v.say("one")
		v.leave()
		time.Sleep(time.Hour)
		// The foreign question wakes the session; the visitor comes before it has gone again.
		r.sys.Command(Command{Website: r.foreign.ID, Session: v.session, From: eve, Command: chat.MarkRead{Seq: 1}, Ref: 1, Conn: new(conn)})
		back := &visitor{new(conn), r, v.session}
		r.must(r.attach(back, false))
		welcome := back.of("welcome")
		if len(welcome) != 1 || len(welcome[0].Triggers) != 1 || welcome[0].Triggers[0].Name != "help" {
			t.Errorf("welcomed with %+v", welcome)
		}
	})
}

func TestVisitorsComeAndGoAtMostFourTimesASecond(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		watcher := new(conn)
		r.sys.WatchVisitors(WatchVisitors{Website: r.shop.ID, Ref: 1, Live: true, Conn: watcher})
		synctest.Wait()
		began := time.Now()
		var tabs []*visitor
		for range 400 { // 20 a second come, half of them leave again
			tabs = append(tabs, r.tab(chat.SessionID{}))
			time.Sleep(25 * time.Millisecond)
			if n := len(tabs); n%2 == 0 {
				tabs[n-1].leave()
			}
			time.Sleep(25 * time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		frames := watcher.of("visitors")
		if most := int(4*time.Since(began).Seconds()) + 1; len(frames) > most+1 || len(frames) < most/2 {
			t.Errorf("%d updates in %v", len(frames), time.Since(began))
		}
		if last := frames[len(frames)-1]; last.Count != 200 {
			t.Errorf("the last update counts %d visitors, want 200", last.Count)
		}
	})
}

func TestOneConversationIsAnnouncedAtMostFourTimesASecond(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		inbox := r.inbox(r.shop.ID)
		v := r.tab(chat.SessionID{})
		began := time.Now()
		for n := range 200 {
			v.say(fmt.Sprint(n))
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if got, most := len(inbox.of("conversation")), int(4*time.Since(began).Seconds())+1; got > most || got < 4 {
			t.Errorf("%d updates in %v", got, time.Since(began))
		}
	})
}

func TestWhatIsMeantForConnectionsWakesNoSession(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		gone := chat.NewSessionID(randomID())
		for _, body := range []any{presenceChanged{[]byte("{}")}, detach{conn: new(conn)}} {
			r.sys.toSession(r.shop.ID, gone, body)
			time.Sleep(time.Hour)
			if n := r.inMemory(); n != 0 {
				t.Errorf("%T: %d sessions are in memory for nobody", body, n)
			}
		}
	})
}

func TestTheInboxRefusesACursorThatIsNone(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		k := new(conn)
		r.sys.Subscribe(Subscribe{Website: r.shop.ID, Ref: 1, Conn: k, Query: InboxQuery{Filter: persistence.FilterAll, Cursor: "made up"}})
		synctest.Wait()
		k.wantRefused(t, "invalid")
		if k.handled != 1 {
			t.Errorf("handled %d times", k.handled)
		}
	})
}

func TestAnAgentIsAwayOnlyAfterAWhile(t *testing.T) {
	inRoom(t, func(t *testing.T, r *room) {
		agent := chat.Agent{ID: ada.Agent, Name: "Ada", Email: "ada@example.com", Websites: []chat.WebsiteID{r.shop.ID}}
		r.must(r.store.PutAgent(t.Context(), agent))
		v := r.tab(chat.SessionID{})
		first, second := new(conn), new(conn)
		r.sys.AgentOnline(agent, first)
		synctest.Wait()
		if n := len(v.of("presence")); n != 1 {
			t.Fatalf("the visitor was told %d times that somebody answers: %s", n, v.types())
		}
		r.sys.AgentOffline(agent, first) // a page reload
		time.Sleep(awayAfter - time.Second)
		r.sys.AgentOnline(agent, second)
		time.Sleep(time.Minute)
		synctest.Wait()
		if n := len(v.of("presence")); n != 1 {
			t.Errorf("a reload was told to the visitor: %s", v.types())
		}
		r.sys.AgentOffline(agent, second)
		time.Sleep(awayAfter)
		synctest.Wait()
		site, err := r.sys.Site(t.Context(), r.shop.ID)
		r.must(err)
		if n := len(v.of("presence")); n != 2 || site.Presence().Online {
			t.Errorf("told %d times, online %v", n, site.Presence().Online)
		}
	})
}
