package engine_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/engine"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// TestG20AClockThatIsAYearOff has two nodes, one after the other, on the same disk (GUARANTEES, T10). Every bubble begins at the same moment, so the clock
// of the second is a year behind the first's, ahead of it, or right.
func TestG20AClockThatIsAYearOff(t *testing.T) {
	for _, tt := range []struct {
		name          string
		first, second time.Duration // how late each is
	}{
		{"a year back", year, 0},
		{"a year on", 0, year},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := clocks{disk: vfs.NewMem()}
			synctest.Test(t, func(t *testing.T) { c.at(t, tt.first, c.begin) })
			synctest.Test(t, func(t *testing.T) { c.at(t, tt.second, c.goOn) })
			if !t.Failed() {
				figure.Note(t, "G20", "a clock that went %s between two starts: %d conversations there, %d messages in order, 0 sessions ended before their time",
					tt.name, len(c.tokens), c.messages)
			}
		})
	}
}

// clocks is what two nodes with different clocks have in common.
type clocks struct {
	disk     *vfs.MemFS
	website  chat.Website
	cookie   string
	tokens   []string
	messages int
}

// at runs a node on the disk at its time.
func (c *clocks) at(t *testing.T, late time.Duration, do func(w *world)) {
	time.Sleep(late)
	w := &world{t: t, config: engine.Default(), email: agentEmail, secret: password, website: c.website}
	w.config.HTTP.PublicURLs = []string{nodeURL}
	store := openPebble(t, c.disk)
	w.store = &keptStore{Store: store}
	w.start()
	do(w)
	w.stop()
	w.must(store.Close())
	time.Sleep(2 * time.Minute) // timers of libraries end by themselves
}

// begin makes three conversations, and an agent's login.
func (c *clocks) begin(w *world) {
	w.website = engine.NewWebsite("Shop")
	w.website.Origins = []string{"http://www.site.test"}
	w.website = w.put(w.website)
	c.website = w.website
	agent, err := w.node.Operator().PutAgent(w.t.Context(), chat.Agent{Name: "Ada", Email: w.email, Websites: []chat.WebsiteID{w.website.ID}})
	w.must(err)
	w.must(w.node.Operator().SetPassword(w.t.Context(), agent.ID, w.secret))
	for i := range 3 {
		v := w.visit("")
		for n := range 3 {
			w.say(v, fmt.Sprintf("conversation %d, message %d", i, n+1))
			c.messages++
		}
		c.tokens = append(c.tokens, v.Welcome.Token)
		v.Close()
		time.Sleep(time.Minute)
	}
	c.cookie, err = w.from("198.51.100.1").Login(w.t.Context(), w.email, w.secret)
	w.must(err)
}

// goOn finds everything, adds to it, and looks whether what is to end does so at its time.
func (c *clocks) goOn(w *world) {
	t := w.t
	silent := w.visit("")
	silent.Close()
	for i, token := range c.tokens {
		v := w.visit(token)
		if v.Welcome.Token != "" || v.Welcome.Seq != 3 {
			t.Fatalf("conversation %d came back as %s", i, v.Welcome.Raw)
		}
		w.expect(v.Client, "history")
		if f := w.say(v, "still there"); f.Seq != 4 {
			t.Errorf("conversation %d goes on with %d", i, f.Seq)
		}
		c.messages++
		for n, text := range w.history(v) {
			if n < 3 && text != fmt.Sprintf("conversation %d, message %d", i, n+1) {
				t.Errorf("conversation %d, message %d is %q", i, n+1, text)
			}
		}
		v.Close()
	}
	a := w.agent()
	c.inbox(w, a)
	a.Close()
	time.Sleep(28 * time.Minute)
	back := w.visit(silent.Welcome.Token)
	if back.Welcome.Token != "" {
		t.Error("a session without messages ended before its time")
	}
	back.Close()
	time.Sleep(32 * time.Minute)
	if back = w.visit(silent.Welcome.Token); back.Welcome.Token == "" {
		t.Error("a session without messages outlived its time")
	}
	back.Close()
	time.Sleep(3 * day) // retention has run, several times
	for i, token := range c.tokens {
		v := w.visit(token)
		if v.Welcome.Token != "" || v.Welcome.Seq != 4 {
			t.Errorf("conversation %d is gone after three days: %s", i, v.Welcome.Raw)
		}
		v.Close()
	}
	// A login lasts for 30 days, whatever the clock was when it began: an agent logs in again.
	if _, err := w.from("198.51.100.1").Work(t.Context(), c.cookie); err == nil {
		t.Error("a login is good that began a year ago, or will begin in a year")
	}
}

// inbox sees each conversation once, page by page.
func (c *clocks) inbox(w *world, a *testclient.Agent) {
	w.t.Helper()
	seen := make(map[string]int)
	frame := map[string]any{"t": "inbox", "website": w.website.ID.String(), "filter": "all", "limit": 2}
	for range 5 {
		f := w.ask(a.Client, frame)
		for _, s := range f.Conversations {
			seen[s.Session]++
		}
		if f.Next == "" {
			break
		}
		frame = map[string]any{"t": "inbox", "website": w.website.ID.String(), "filter": "all", "limit": 2, "cursor": f.Next}
	}
	if len(seen) != len(c.tokens) {
		w.t.Errorf("the inbox shows %d conversations of %d: %v", len(seen), len(c.tokens), seen)
	}
	for session, n := range seen {
		if n != 1 {
			w.t.Errorf("%s is %d times in the inbox", session, n)
		}
	}
}
