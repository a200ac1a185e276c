package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
)

// exported is the answer to POST /agent/export.
type exported struct {
	status int
	header http.Header
	body   string
}

// export asks for what is held on a session's visitor, as the inbox does.
func (w *world) export(cookie string, website, session any, format string) exported {
	w.t.Helper()
	return w.exportAs(nodeURL, "application/json", cookie, fmt.Sprintf(`{"website":%q,"session":%q,"format":%q}`, website, session, format))
}

func (w *world) exportAs(origin, contentType, cookie, body string) exported {
	w.t.Helper()
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, nodeURL+"/agent/export", strings.NewReader(body))
	w.must(err)
	r.Header = http.Header{"Origin": {origin}, "Content-Type": {contentType}, "Cookie": {cookie}}
	answer, err := w.from("198.51.100.1").HTTP.Do(r)
	w.must(err)
	data, err := io.ReadAll(answer.Body)
	w.must(err)
	w.must(answer.Body.Close())
	return exported{answer.StatusCode, answer.Header, string(data)}
}

func (w *world) login() string {
	w.t.Helper()
	cookie, err := w.from("198.51.100.1").Login(w.t.Context(), w.email, w.secret)
	w.must(err)
	return cookie
}

// disclosed are the entries of the audit log that tell of exports.
func (w *world) disclosed() (found []persistence.AuditEntry) {
	w.t.Helper()
	all, err := w.node.Operator().AuditLog(w.t.Context(), 0)
	w.must(err)
	for _, e := range all {
		if e.Deed == persistence.DeedExported {
			found = append(found, e)
		}
	}
	return found
}

func TestAnAgentHandsOutWhatIsHeldOnAVisitor(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		a := w.agent()
		defer a.Close()
		const said = `I live at <script>alert("1")</script> 7 Elm Street`
		w.say(v, said)
		session := v.Welcome.Session
		w.answer(a, session, "Thank you.")
		if f := w.ask(a.Client, map[string]any{"t": "note", "website": w.website.ID.String(), "session": session, "id": strings.Repeat("a", 32), "text": "a kind person"}); f.T != "ack" {
			t.Fatalf("the note: %s", f.Raw)
		}
		cookie := w.login()

		answer := w.export(cookie, w.website.ID, session, "json")
		var document struct {
			Where           string
			Session         string
			Visitor         struct{ Addr string }
			Messages        []struct{ Content string }
			Notes           []struct{ Text string }
			Identifications json.RawMessage
			Audit           json.RawMessage
		}
		if err := json.Unmarshal([]byte(answer.body), &document); err != nil || answer.status != http.StatusOK {
			t.Fatalf("status %d, %v: %s", answer.status, err, answer.body)
		}
		if document.Where != "disk" || document.Session != session || !strings.HasPrefix(document.Visitor.Addr, visitorIP) || len(document.Messages) != 2 ||
			document.Messages[0].Content != said || len(document.Notes) != 1 || document.Notes[0].Text != "a kind person" {
			t.Errorf("the document is %s", answer.body)
		}
		if document.Identifications != nil || document.Audit != nil {
			t.Error("an agent was handed what is for operators")
		}
		page := w.export(cookie, w.website.ID, session, "html")
		for _, text := range []string{"7 Elm Street", "Thank you.", "a kind person", visitorIP} {
			if !strings.Contains(page.body, text) {
				t.Errorf("the page does not say %q", text)
			}
		}
		if strings.Contains(page.body, "<script") {
			t.Error("the page holds a script")
		}
		for format, got := range map[string]exported{"json": answer, "html": page} {
			for name, want := range map[string]string{
				"Content-Type":            map[string]string{"json": "application/json", "html": "text/html; charset=utf-8"}[format],
				"Content-Disposition":     `attachment; filename="` + session + "." + format + `"`,
				"X-Content-Type-Options":  "nosniff",
				"Cache-Control":           "no-store",
				"Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
			} {
				if got.header.Get(name) != want {
					t.Errorf("%s: %s is %q, want %q", format, name, got.header.Get(name), want)
				}
			}
		}
		log := w.disclosed()
		if len(log) != 2 || log[0].By != "agent "+agentID(t, w).String() || log[0].Session.String() != session || log[0].Website != w.website.ID || log[0].Reason != "" {
			t.Errorf("the audit log: %+v", log)
		}
		if logged := w.log.String(); strings.Contains(logged, "Elm Street") || strings.Contains(logged, visitorIP) {
			t.Error("the node's log holds what was handed out")
		}
	})
}

func TestAnExportIsNoAccessToATemporarySession(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		session := v.Welcome.Session
		cookie := w.login()
		if answer := w.export(cookie, w.website.ID, session, "json"); answer.status != http.StatusOK || !strings.Contains(answer.body, `"where": "memory"`) ||
			!strings.Contains(answer.body, visitorIP) || !strings.Contains(answer.body, "http://www.site.test/") {
			t.Errorf("status %d: %s", answer.status, answer.body)
		}
		v.Close()
		time.Sleep(29 * time.Minute)
		if answer := w.export(cookie, w.website.ID, session, "html"); answer.status != http.StatusOK {
			t.Errorf("after 29 minutes: status %d", answer.status)
		}
		time.Sleep(2 * time.Minute) // P7: the export gave it no more time
		if answer := w.export(cookie, w.website.ID, session, "html"); answer.status != http.StatusNotFound {
			t.Errorf("after 31 minutes: status %d", answer.status)
		}
		if n := w.store.commits.Load(); n != 0 {
			t.Errorf("%d commits", n)
		}
		if log := w.disclosed(); len(log) != 0 { // which is on the disk (P9)
			t.Errorf("the audit log: %+v", log)
		}
	})
}

// TestExportsOfForeignWebsites: what an agent was not given is answered like what does not exist, byte by byte (G22).
func TestExportsOfForeignWebsites(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		w.say(v, "for the shop's agents")
		temporary := w.visit("")
		defer temporary.Close()
		foreign := w.put(chat.Website{Name: "Other", Cookie: chat.DefaultCookie()})
		agent, err := w.node.Operator().PutAgent(t.Context(), chat.Agent{Name: "Eve", Email: "eve@example.com", Websites: []chat.WebsiteID{foreign.ID}})
		w.must(err)
		w.must(w.node.Operator().SetPassword(t.Context(), agent.ID, password))
		w.email = "eve@example.com"
		eve := w.login()
		const nowhere, nobody = "00000000-0000-4000-8000-000000000000", "session_00000000-0000-4000-8000-000000000000"
		asked := 0
		for _, format := range []string{"json", "html"} {
			noWebsite, noSession := w.export(eve, nowhere, nobody, format), w.export(eve, foreign.ID, nobody, format)
			if noWebsite.status != 404 || !strings.Contains(noWebsite.body, "unknown_website") || noSession.status != 404 || !strings.Contains(noSession.body, "unknown_session") {
				t.Errorf("what does not exist: %+v, %+v", noWebsite, noSession)
			}
			for _, session := range []string{v.Welcome.Session, temporary.Welcome.Session, nobody, "", "session_x", "../../etc"} {
				asked += 2
				if got := w.export(eve, w.website.ID, session, format); got.status != noWebsite.status || got.body != noWebsite.body {
					t.Errorf("%q of a foreign website: %d %s", session, got.status, got.body)
				}
				if got := w.export(eve, foreign.ID, session, format); got.status != noSession.status || got.body != noSession.body {
					t.Errorf("%q of another website's: %d %s", session, got.status, got.body)
				}
			}
		}
		if log := w.disclosed(); len(log) != 0 {
			t.Errorf("the audit log: %+v", log)
		}
		figure.Note(t, "G22", "%d exports of foreign websites and sessions: each answered like what does not exist", asked)
	})
}

func TestAnExportIsRefused(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		w.say(v, "hello")
		body := fmt.Sprintf(`{"website":%q,"session":%q,"format":"json"}`, w.website.ID, v.Welcome.Session)
		with := func(format string) string { return strings.Replace(body, `"json"`, format, 1) }
		good, ended := w.login(), w.login()
		w.post("/agent/logout", nodeURL, "application/json", ended, "")
		for name, c := range map[string]struct {
			origin, contentType, cookie, body string
			status                            int
		}{
			"no login":            {nodeURL, "application/json", "", body, 401},
			"a login that ended":  {nodeURL, "application/json", ended, body, 401},
			"a made-up login":     {nodeURL, "application/json", "__Host-parlor-agent=" + strings.Repeat("A", 43), body, 401},
			"the visitor":         {nodeURL, "application/json", v.Welcome.Cookie.Name + "=" + v.Welcome.Token, body, 401},
			"another site's page": {"https://evil.example", "application/json", good, body, 403},
			"the website's page":  {"http://www.site.test", "application/json", good, body, 403},
			"a sandboxed page":    {"null", "application/json", good, body, 403},
			"a form":              {nodeURL, "application/x-www-form-urlencoded", good, body, 415},
			"text":                {nodeURL, "text/plain", good, body, 415},
			"no JSON":             {nodeURL, "application/json", good, `{`, 400},
			"a wrong type":        {nodeURL, "application/json", good, `{"website":7}`, 400},
			"a member twice":      {nodeURL, "application/json", good, with(`"json","format":"html"`), 400},
			"a huge body":         {nodeURL, "application/json", good, with(`"` + strings.Repeat("x", 1<<20) + `"`), 413},
			"no format":           {nodeURL, "application/json", good, with(`""`), 400},
			"another format":      {nodeURL, "application/json", good, with(`"../x\r\nSet-Cookie: a=b"`), 400},
		} {
			got := w.exportAs(c.origin, c.contentType, c.cookie, c.body)
			if got.status != c.status || strings.Contains(got.body, "hello") || got.header.Get("Content-Disposition") != "" || got.header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %d %s", name, got.status, got.body)
			}
		}
		if log := w.disclosed(); len(log) != 0 {
			t.Errorf("the audit log: %+v", log)
		}
	})
}

// unaudited is a store whose audit log is out of order.
type unaudited struct{ persistence.Store }

func (unaudited) Record(context.Context, ...persistence.AuditEntry) ([]persistence.AuditEntry, error) {
	return nil, errors.New("no space left on device")
}

func TestWhatCannotBeRecordedIsNotHandedOut(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "hello")
		v.Close()
		kept := w.store.Store
		w.stop()
		w.store.Store = unaudited{kept}
		w.start()
		answer := w.export(w.login(), w.website.ID, v.Welcome.Session, "json")
		if answer.status != http.StatusServiceUnavailable || strings.Contains(answer.body, "hello") || strings.Contains(answer.body, "space") || answer.header.Get("Retry-After") == "" {
			t.Errorf("%d %s", answer.status, answer.body)
		}
		w.stop()
		w.store.Store = kept
		w.start()
		if answer := w.export(w.login(), w.website.ID, v.Welcome.Session, "json"); answer.status != http.StatusOK {
			t.Errorf("afterwards: status %d", answer.status)
		}
	})
}

func TestP14WhatWasDeletedIsNotExported(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		w.say(v, "hello")
		v.Close()
		a := w.agent()
		defer a.Close()
		if f := w.ask(a.Client, map[string]any{"t": "delete", "website": w.website.ID.String(), "session": v.Welcome.Session}); f.T != "ack" {
			t.Fatalf("delete: %s", f.Raw)
		}
		answer := w.export(w.login(), w.website.ID, v.Welcome.Session, "json")
		if answer.status != http.StatusNotFound || !strings.Contains(answer.body, "unknown_session") || strings.Contains(answer.body, "hello") {
			t.Errorf("%d %s", answer.status, answer.body)
		}
	})
}
