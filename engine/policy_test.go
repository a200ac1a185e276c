package engine_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// The tests of this file are the policy contract, one promise each, on a whole node in virtual time.

func TestP1CookiesOnlyBindABrowserToItsSession(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		if want := "parlor-client%2Fsession%2F" + w.website.ID.String(); v.Welcome.Cookie.Name != want {
			t.Errorf("cookie %q, want %q", v.Welcome.Cookie.Name, want)
		}
		for _, path := range []string{"/", "/l.js", "/inbox/", "/policy/" + w.website.ID.String(), "/agent/me"} {
			answer, err := w.from(visitorIP).HTTP.Get(nodeURL + path)
			w.must(err)
			w.must(answer.Body.Close())
			if cookies := answer.Header.Values("Set-Cookie"); len(cookies) > 0 {
				t.Errorf("%s sets cookies", path)
			}
		}
	})
}

func TestP2TheCookieBringsBackTheChatDaysLater(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		token, session := v.Welcome.Token, v.Welcome.Session
		a := w.agent()
		w.say(v, "Where is my parcel?")
		w.answer(a, session, "On its way.")
		v.Close()
		a.Close()
		w.restart()
		time.Sleep(3 * 24 * time.Hour)
		back := w.visit(token)
		defer back.Close()
		if back.Welcome.Session != session || !back.Welcome.Ongoing || back.Welcome.Token != "" {
			t.Errorf("another session, or a new token: %s", back.Welcome.Raw)
		}
		if got := w.history(back); !slices.Equal(got, []string{"Where is my parcel?", "On its way."}) {
			t.Errorf("history %q", got)
		}
	})
}

// setCookie asks the node to set the visitor's cookie, as the chatbox does where both are of one site.
func (w *world) setCookie(origin, body string) *http.Cookie {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, nodeURL+"/visitor/cookie", strings.NewReader(body))
	w.must(err)
	r.Header.Set("Origin", origin)
	r.Header.Set("Content-Type", "application/json")
	answer, err := w.from(visitorIP).HTTP.Do(r)
	w.must(err)
	w.must(answer.Body.Close())
	if answer.StatusCode != http.StatusNoContent || len(answer.Cookies()) != 1 {
		w.t.Fatalf("status %d with %d cookies", answer.StatusCode, len(answer.Cookies()))
	}
	return answer.Cookies()[0]
}

func TestP3TheCookieCoversTheSiteAndItsSubdomains(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		if v.Welcome.Cookie.By != "server" || v.Welcome.Cookie.Domain != "" {
			t.Errorf("cookie %+v, want one by the server for the base domain", v.Welcome.Cookie)
		}
		body := fmt.Sprintf(`{"website":%q,"token":%q}`, w.website.ID, v.Welcome.Token)
		c := w.setCookie("http://shop.site.test", body)
		if c.Domain != "site.test" || c.Path != "/" || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode {
			t.Errorf("cookie %+v", c)
		}
		// Both subdomains present it, and are the same visitor.
		for _, origin := range []string{"http://www.site.test", "http://shop.site.test"} {
			other, err := w.from(visitorIP).Visit(t.Context(), w.website.ID.String(), nil, testclient.Header{Origin: origin, Cookie: c.Name + "=" + c.Value})
			w.must(err)
			if other.Welcome.Session != v.Welcome.Session {
				t.Errorf("%s: another session", origin)
			}
			other.Close()
		}
	})
}

func TestP4TheCookieLastsSixMonthsAndIsRenewed(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		const sixMonths = 180 * 24 * 60 * 60
		v := w.visit("")
		defer v.Close()
		if v.Welcome.Cookie.MaxAge != sixMonths || v.Welcome.Cookie.Mode != "load" {
			t.Errorf("cookie %+v", v.Welcome.Cookie)
		}
		body := fmt.Sprintf(`{"website":%q,"token":%q`, w.website.ID, v.Welcome.Token)
		for range 2 { // every load renews it
			if c := w.setCookie("http://www.site.test", body+"}"); c.MaxAge != sixMonths {
				t.Errorf("max age %d", c.MaxAge)
			}
		}
		if c := w.setCookie("http://www.site.test", body+`,"max_age":86400}`); c.MaxAge != 86400 {
			t.Errorf("the page asked for a day and got %d", c.MaxAge)
		}
		w.website.Cookie.MaxAge = 30 * 24 * time.Hour
		w.website.Cookie.Mode = chat.CookieOnOpen
		w.put(w.website)
		other := w.visit("")
		defer other.Close()
		if c := other.Welcome.Cookie; c.MaxAge != 30*24*60*60 || c.Mode != "open" {
			t.Errorf("the website's own cookie policy: %+v", c)
		}
	})
}

func TestP5SeveralTabsShareOneSession(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		first := w.visit("")
		second := w.visit(first.Welcome.Token)
		defer first.Close()
		defer second.Close()
		if first.Welcome.Session != second.Welcome.Session {
			t.Fatal("two sessions for one cookie")
		}
		sent := w.say(first, "from the first tab")
		if m := w.expect(second.Client, "message"); m.TextOf() != "from the first tab" || m.Seq != sent.Seq || m.From != "visitor" {
			t.Errorf("the second tab got %s", m.Raw)
		}
		a := w.agent()
		defer a.Close()
		w.answer(a, first.Welcome.Session, "to both")
		for _, tab := range []*testclient.Visitor{first, second} {
			if m := w.expect(tab.Client, "message"); m.TextOf() != "to both" {
				t.Errorf("got %s", m.Raw)
			}
		}
		w.must(second.Send(`{"t":"read","seq":2}`))
		m, err := first.Await("the read mark", func(f testclient.Frame) bool { return f.T == "marks" && f.Read.Visitor == 2 })
		w.must(err)
		if m.Read.Visitor != 2 {
			t.Errorf("read in one tab, not in the other: %s", m.Raw)
		}
	})
}

func TestP6ASessionWithMessagesIsPermanentUnlessDeleted(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "keep this")
		v.Close()
		time.Sleep(24 * time.Hour)
		back := w.visit(v.Welcome.Token)
		if got := w.history(back); !slices.Equal(got, []string{"keep this"}) {
			t.Errorf("after a day: %q", got)
		}
		a := w.agent()
		defer a.Close()
		if f := w.ask(a.Client, w.on(v, "delete", nil)); f.T != "ack" {
			t.Fatalf("delete: %s", f.Raw)
		}
		w.expect(back.Client, "deleted")
		if code, err := back.Ended(); code != 4410 {
			t.Errorf("close code %d, %v", code, err)
		}
		again := w.visit(v.Welcome.Token)
		defer again.Close()
		if again.Welcome.Session == v.Welcome.Session || again.Welcome.Token == "" || again.Welcome.Seq != 0 {
			t.Errorf("a deleted session's cookie gave %s", again.Welcome.Raw)
		}
	})
}

// on is an agent's frame about a visitor's session.
func (w *world) on(v *testclient.Visitor, t string, more map[string]any) map[string]any {
	frame := map[string]any{"t": t, "website": w.website.ID.String(), "session": v.Welcome.Session}
	for name, value := range more {
		frame[name] = value
	}
	return frame
}

func TestP7ATemporarySessionEndsThirtyMinutesAfterTheLastAccess(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		time.Sleep(5 * time.Hour) // an open connection is access
		v.Close()
		time.Sleep(29*time.Minute + 50*time.Second)
		back := w.visit(v.Welcome.Token)
		if back.Welcome.Session != v.Welcome.Session {
			t.Fatal("ended before its time")
		}
		back.Close()
		time.Sleep(29*time.Minute + 50*time.Second) // the access began it anew
		back = w.visit(v.Welcome.Token)
		if back.Welcome.Session != v.Welcome.Session {
			t.Fatal("the access did not count")
		}
		back.Close()
		time.Sleep(30*time.Minute + time.Second)
		fresh := w.visit(v.Welcome.Token)
		defer fresh.Close()
		if fresh.Welcome.Session == v.Welcome.Session {
			t.Error("still there after 30 minutes")
		}
		if fresh.Welcome.Token == "" {
			t.Error("a fresh session without its token")
		}
		if n := w.store.commits.Load(); n != 0 {
			t.Errorf("temporary sessions were written %d times", n)
		}
		figure.Note(t, "G14 P7", "there 29 min 50 s after the last access, gone after 30 min 1 s, and written 0 times")
	})
}

func TestP7APermanentSessionOutlivesTheTimer(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "I stay")
		v.Close()
		time.Sleep(31 * time.Minute)
		back := w.visit(v.Welcome.Token)
		defer back.Close()
		if back.Welcome.Session != v.Welcome.Session || back.Welcome.Seq != 1 {
			t.Errorf("welcome %s", back.Welcome.Raw)
		}
	})
}

func TestP8WhoStartsAConversation(t *testing.T) {
	after := time.Second
	triggers := []chat.Trigger{{Name: "help", After: &after, Message: "Need a hand?"}}
	inWorld(t, func(t *testing.T, w *world) {
		w.website.Triggers = triggers
		w.put(w.website)
		a := w.agent()
		defer a.Close()

		byVisitor := w.visit("")
		defer byVisitor.Close()
		w.say(byVisitor, "hello")

		byAgent := w.visit("")
		defer byAgent.Close()
		w.answer(a, byAgent.Welcome.Session, "May I help?")

		byTrigger := w.visit("")
		defer byTrigger.Close()
		if f := w.ask(byTrigger.Client, map[string]any{"t": "trigger", "name": "help"}); f.Fired == nil || !*f.Fired {
			t.Fatalf("the trigger did not fire: %s", f.Raw)
		}
		synctest.Wait()

		ongoing := make(map[string]bool)
		for _, live := range w.ask(a.Client, map[string]any{"t": "visitors", "website": w.website.ID.String()}).LiveVisitors() {
			ongoing[live.Session] = live.Ongoing
		}
		for _, c := range []struct {
			who     string
			v       *testclient.Visitor
			started bool
		}{{"visitor", byVisitor, true}, {"agent", byAgent, true}, {"trigger", byTrigger, false}} {
			if ongoing[c.v.Welcome.Session] != c.started {
				t.Errorf("written by the %s: conversation %v, want %v", c.who, ongoing[c.v.Welcome.Session], c.started)
			}
		}
		inbox := w.ask(a.Client, map[string]any{"t": "inbox", "website": w.website.ID.String(), "filter": "all"})
		if len(inbox.Conversations) != 2 {
			t.Errorf("the inbox shows %d conversations, want 2", len(inbox.Conversations))
		}
		// The trigger's message joins the transcript once somebody writes.
		w.say(byTrigger, "Yes please")
		if got := w.history(byTrigger); !slices.Equal(got, []string{"Need a hand?", "Yes please"}) {
			t.Errorf("transcript %q", got)
		}
	})
}

func TestP8ATriggerAloneLeavesTheSessionTemporary(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.website.Triggers = []chat.Trigger{{Name: "help", Message: "Need a hand?"}}
		w.put(w.website)
		v := w.visit("")
		w.ask(v.Client, map[string]any{"t": "trigger", "name": "help"})
		v.Close()
		time.Sleep(31 * time.Minute)
		fresh := w.visit(v.Welcome.Token)
		defer fresh.Close()
		if fresh.Welcome.Session == v.Welcome.Session || w.store.commits.Load() != 0 {
			t.Error("a trigger's message made the session permanent")
		}
	})
}

func TestP9TheAddressStaysInTheSession(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		a := w.agent()
		defer a.Close()
		v := w.visit("")
		opened := w.open(a, v.Welcome.Session)
		if opened.Visitor.IP != visitorIP {
			t.Errorf("agents see the address %q", opened.Visitor.IP)
		}
		if n := w.store.commits.Load(); n != 0 {
			t.Errorf("a temporary session was written %d times", n)
		}
		if strings.Contains(string(v.Welcome.Raw), visitorIP) {
			t.Error("the visitor's own frames carry it")
		}
		w.say(v, "now it is kept")
		v.Close()
		w.must(a.Send(w.on(v, "close", nil)))
		w.restart()
		a = w.agent()
		defer a.Close()
		if opened := w.open(a, v.Welcome.Session); opened.Visitor.IP != visitorIP {
			t.Errorf("after a restart the address is %q", opened.Visitor.IP)
		}
		if strings.Contains(w.log.String(), visitorIP) {
			t.Error("the log holds the address")
		}
		figure.Note(t, "P9 P10", "while temporary: 0 writes, 0 lines of the log; with a message: kept with the conversation, also after a restart")
	})
}

func TestP12ATriggerFiresOncePerSession(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.website.Triggers = []chat.Trigger{{Name: "help", Message: "Need a hand?"}, {Name: "other", Message: "Another"}}
		w.put(w.website)
		fired := func(v *testclient.Visitor) bool {
			t.Helper()
			f := w.ask(v.Client, map[string]any{"t": "trigger", "name": "help"})
			return f.Fired != nil && *f.Fired
		}
		first := w.visit("")
		second := w.visit(first.Welcome.Token)
		if !fired(first) {
			t.Fatal("did not fire")
		}
		if f := w.expect(second.Client, "trigger"); f.Name != "help" {
			t.Errorf("the second tab was not told: %s", f.Raw)
		}
		if fired(first) || fired(second) {
			t.Error("fired twice")
		}
		first.Close()
		second.Close()
		time.Sleep(10 * time.Minute)
		back := w.visit(first.Welcome.Token)
		if fired(back) {
			t.Error("fired again after a reconnect")
		}
		w.say(back, "hello") // from now on the session survives restarts
		back.Close()
		w.restart()
		back = w.visit(first.Welcome.Token)
		defer back.Close()
		if fired(back) {
			t.Error("fired again after a restart")
		}
		if len(back.Welcome.Triggers) != 1 || back.Welcome.Triggers[0].Name != "other" {
			t.Errorf("welcome offers %+v", back.Welcome.Triggers)
		}
		other := w.visit("")
		defer other.Close()
		if !fired(other) {
			t.Error("another session's trigger did not fire")
		}
		figure.Note(t, "P12", "asked for in two tabs, after a reconnect and after a restart: fired once")
	})
}
