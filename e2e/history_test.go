package e2e

import (
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/parlor-chat/parlor/internal/chromium"
)

func evaluate(expression string) chromedp.Action[chromedp.Void] {
	return chromedp.Evaluate[chromedp.Void](expression)
}

// TestTheChatFollowsItsVisitor goes with one visitor through everything that a browser does: the history is always back, and nothing is
// there twice (P2, P3, P5).
func TestTheChatFollowsItsVisitor(t *testing.T) {
	for _, host := range []string{sameSite, otherSite} {
		t.Run("chatbox from "+host, func(t *testing.T) {
			s := newSite(t, host)
			profile := t.TempDir()
			b := browse(t, profile)
			v := visit(b.Tab(), s.url("www", "home"))
			v.say("Where is my parcel?")
			v.sees("Where is my parcel?")
			session := s.conversation("Where is my parcel?").Session
			s.answer(session, "On its way.")
			history := []string{"Where is my parcel?", "On its way."}
			v.sees(history...)

			v.Do(evaluate(`document.querySelector('#next').click()`)) // a navigation
			v.Until(`document.title === 'next'`)
			v.open()
			v.sees(history...)

			v = visit(v.Tab, s.url("shop", "basket")) // a subdomain
			v.sees(history...)

			second := visit(b.Tab(), s.url("www", "other")) // a second tab, live
			second.sees(history...)
			second.say("Thank you!")
			history = append(history, "Thank you!")
			second.sees(history...)
			v.sees(history...)

			if code := s.node.Interrupt(t); code != 0 {
				t.Errorf("the node ended with %d", code)
			}
			s.up()
			s.answer(session, "We are back.")
			history = append(history, "We are back.")
			v.sees(history...) // without a reload
			second.sees(history...)

			b.Close() // a browser restart
			b = browse(t, profile)
			v = visit(b.Tab(), s.url("www", "home"))
			v.sees(history...)
			if got := v.session(); got != session {
				t.Errorf("session %s, want %s", got, session)
			}
			v.say("Still me")
			v.sees(append(history, "Still me")...)
		})
	}
}

// TestTwoVisitorsAreTwoSessions checks that two browsers at once see only their own.
func TestTwoVisitorsAreTwoSessions(t *testing.T) {
	s := newSite(t, sameSite)
	one := visit(browse(t, "").Tab(), s.url("www", "home"))
	two := visit(browse(t, "").Tab(), s.url("www", "home"))
	one.say("I am the first")
	two.say("I am the second")
	first := s.conversation("I am the first")
	s.answer(first.Session, "Hello, first")
	one.sees("I am the first", "Hello, first")
	two.sees("I am the second")
}

// TestAMessageTypedWhileTheServerIsDownArrivesOnce writes into the void, twice, over a reload, and looks at what arrives.
func TestAMessageTypedWhileTheServerIsDownArrivesOnce(t *testing.T) {
	s := newSite(t, sameSite)
	v := visit(browse(t, "").Tab(), s.url("www", "home"))
	v.say("before")
	v.sees("before")
	session := s.conversation("before").Session
	s.node.Kill()
	v.Until(box + `.querySelector('.offline').textContent.trim() !== ''`)
	v.say("into the void")
	v.say("and again")
	v.sees("before", "into the void", "and again")
	s.up()
	v.Until(box + `.querySelector('.offline').textContent.trim() === ''`)
	v.settled()
	v.sees("before", "into the void", "and again")
	page, err := s.agent.Ask(map[string]any{"t": "history", "website": s.website, "session": session})
	must(t, err)
	var texts []string
	for _, m := range page.Messages {
		texts = append(texts, m.TextOf())
	}
	if quoted(texts) != quoted([]string{"before", "into the void", "and again"}) {
		t.Errorf("the agent sees %q", texts)
	}
}

// TestOnlyTheSessionCookieIsKept looks at everything that a browser keeps for a site (P1).
func TestOnlyTheSessionCookieIsKept(t *testing.T) {
	s := newSite(t, otherSite)
	v := visit(browse(t, "").Tab(), s.url("www", "home"))
	v.say("hello")
	v.sees("hello")
	v.settled()
	want := "parlor-client%2Fsession%2F" + s.website + "="
	cookies := chromium.Eval[string](v.Tab, `document.cookie`)
	if len(cookies) < len(want) || cookies[:len(want)] != want {
		t.Errorf("the cookie's name is not the promised one")
	}
	if n := chromium.Eval[int](v.Tab, `document.cookie.split(';').length`); n != 1 {
		t.Errorf("%d cookies, want 1", n)
	}
	for what, count := range map[string]string{
		"localStorage": `localStorage.length`, "sessionStorage": `sessionStorage.length`,
		"IndexedDB": `indexedDB.databases().then(d => d.length)`, "caches": `globalThis.caches ? caches.keys().then(k => k.length) : 0`,
	} {
		if n := chromium.Eval[int](v.Tab, count); n != 0 {
			t.Errorf("%s holds %d entries", what, n)
		}
	}
}
