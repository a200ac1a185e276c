package e2e

import (
	"testing"

	"github.com/parlor-chat/parlor/internal/chromium"
	"github.com/parlor-chat/parlor/internal/testmemory"
)

// TestAVisitorWhoWritesNothingIsNotDisturbedByARestart: the page comes back by itself to the same session, and what a trigger said is there once, however
// often it is run and the page is loaded (G19, P12).
func TestAVisitorWhoWritesNothingIsNotDisturbedByARestart(t *testing.T) {
	memory := testmemory.Dir(t)
	s := newSite(t, sameSite)
	s.args = append(s.args, "--set", "handover.dir="+memory)
	s.node.Interrupt(t)
	s.up()
	v := visit(browse(t, "").Tab(), s.url("www", "home"))
	session := v.session()
	run := func() { v.Do(evaluate(`window.$crisp.push(['do', 'trigger:run', ['welcome']])`)) }
	const said = "Welcome! If anything is unclear, just write to us here."
	run()
	v.sees(said)
	for range 2 {
		if code := s.node.Interrupt(t); code != 0 {
			t.Fatalf("exit code %d\n%s", code, s.node.Log())
		}
		v.Until(box + `.querySelector('.offline').textContent.trim() !== ''`)
		s.up()
		v.Until(box + `.querySelector('.offline').textContent.trim() === ''`)
		run()
		v.sees(said)
		v.Go(s.url("www", "next"))
		v.open()
		run()
		v.sees(said)
		if got := v.session(); got != session {
			t.Errorf("session %s, want %s", got, session)
		}
	}
	v.say("Thank you")
	v.sees(said, "Thank you")
	s.answer(session, "You are welcome")
	v.sees(said, "Thank you", "You are welcome")
	if n := chromium.Eval[int](v.Tab, `document.cookie.split(';').length`); n != 1 {
		t.Errorf("%d cookies, want 1", n)
	}
}
