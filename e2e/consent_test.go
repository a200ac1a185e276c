package e2e

import (
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/internal/chromium"
	"github.com/parlor-chat/parlor/internal/testclient"
)

// TestP13ConsentOnARealPage: on a website that demands consent, what the page tells arrives when the visitor has consented, and is gone when that is
// withdrawn: for the page, its other tab, and the agent.
func TestP13ConsentOnARealPage(t *testing.T) {
	s := newSite(t, otherSite)
	if code, _, log := program.Run(t, "", "website", "set", s.website, "--data", s.dir, "--require-consent"); code != 0 {
		t.Fatal(log)
	}
	b := browse(t, "")
	v := visit(b.Tab(), s.url("www", "home"))
	v.Do(evaluate(`window.$crisp.push(['set', 'session:data', [[['plan', 'needle']]]], ['set', 'session:segments', [['needle']]], ['set', 'session:event', [['needle']]])`))
	v.say("messages need no consent")
	v.sees("messages need no consent")
	session := s.conversation("messages need no consent").Session
	opened, err := s.agent.Open(s.website, session)
	must(t, err)
	if opened.N != 0 || strings.Contains(string(opened.Raw), "needle") || chromium.Eval[bool](v.Tab, `window.$crisp.is('consent:granted')`) {
		t.Errorf("before consent the agent sees %s", opened.Raw)
	}

	other := visit(b.Tab(), s.url("www", "other"))
	v.Do(evaluate(`window.$crisp.push(['do', 'consent:grant'])`))
	event, err := s.agent.Expect("event")
	must(t, err)
	details, err := s.agent.Ask(map[string]any{"t": "open", "website": s.website, "session": session})
	must(t, err)
	if d := details.Visitor; event.Name != "needle" || len(d.Segments) != 1 || d.Data["plan"] != "needle" {
		t.Errorf("with consent the agent sees %s and %s", event.Raw, details.Raw)
	}
	other.Until(`window.$crisp.is('consent:granted') && window.$crisp.get('session:data', 'plan') === 'needle'`)

	other.Do(evaluate(`window.$crisp.push(['do', 'consent:revoke'], ['set', 'session:event', [['later']]])`))
	_, err = s.agent.Await("the withdrawal", func(f testclient.Frame) bool {
		return f.T == "visitor" && f.Visitor.Consent != nil && !*f.Visitor.Consent.Tracking && len(f.Visitor.Segments)+len(f.Visitor.Data) == 0
	})
	must(t, err)
	v.Until(`!window.$crisp.is('consent:granted') && Object.keys(window.$crisp.get('session:data')).length === 0`)
	v.say("still here")
	s.conversation("still here")
	page, err := s.agent.Ask(map[string]any{"t": "history", "website": s.website, "session": session})
	must(t, err)
	if len(page.Notes) != 1 || !page.Notes[0].Removed || strings.Contains(string(page.Raw), "needle") {
		t.Errorf("after the withdrawal the agent sees %s", page.Raw)
	}
}
