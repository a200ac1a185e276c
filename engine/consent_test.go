package engine_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/internal/testclient"
	"github.com/parlor-chat/parlor/persistence"
)

// tracking is what a page tells of its visitor that can be tracking, with a word that is found again.
func tracking(word string) []map[string]any {
	return []map[string]any{
		{"t": "segments", "segments": []string{"segment " + word}},
		{"t": "data", "data": map[string]any{"key": "value " + word}},
		{"t": "event", "name": "event " + word, "data": map[string]any{"key": "event's " + word}},
	}
}

func (w *world) demandConsent() {
	w.website.RequireConsent = true
	w.put(w.website)
}

func (w *world) tell(v *testclient.Visitor, frames ...map[string]any) (codes []string) {
	w.t.Helper()
	for _, frame := range frames {
		f := w.ask(v.Client, frame)
		if f.T != "ack" && f.T != "error" {
			w.t.Fatalf("%v was answered with %s", frame, f.Raw)
		}
		codes = append(codes, f.Code)
	}
	return codes
}

func (w *world) consents(v *testclient.Visitor, yes bool) {
	w.t.Helper()
	if f := w.ask(v.Client, map[string]any{"t": "consent", "tracking": yes}); f.T != "ack" {
		w.t.Fatalf("consent %v: %s", yes, f.Raw)
	}
}

// seen is all that an agent gets of a session who opens it now.
func (w *world) seen(a *testclient.Agent, session string) (opened, history testclient.Frame) {
	w.t.Helper()
	opened = w.open(a, session)
	if opened.Seq > 0 || opened.N > 0 {
		history = w.expect(a.Client, "history")
	}
	w.must(a.Send(map[string]any{"t": "close", "website": w.website.ID.String(), "session": session}))
	return opened, history
}

// TestP13WithoutConsentTheNodeKeepsNothing lets a client that ignores the rules tell everything: the node is who refuses.
func TestP13WithoutConsentTheNodeKeepsNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.demandConsent()
		a := w.agent()
		defer a.Close()
		v := w.visit("")
		defer v.Close()
		if c := v.Welcome.Consent; c == nil || !c.Required || c.Tracking != nil {
			t.Errorf("welcome %s", v.Welcome.Raw)
		}
		refused := 0
		for range 2 { // before the conversation, and in it
			for _, code := range w.tell(v, tracking("needle")...) {
				if code != "consent_required" {
					t.Errorf("refused with %q", code)
				}
				refused++
			}
			w.say(v, "messages need no consent")
		}
		if codes := w.tell(v, map[string]any{"t": "user", "nickname": "Marie"}); codes[0] != "" {
			t.Errorf("the user was refused: %s", codes)
		}
		opened, history := w.seen(a, v.Welcome.Session)
		if strings.Contains(string(opened.Raw)+string(history.Raw), "needle") || opened.N != 0 {
			t.Errorf("agents see %s %s", opened.Raw, history.Raw)
		}
		w.consents(v, true)
		w.consents(v, true) // again
		if codes := w.tell(v, tracking("wanted")...); strings.Join(codes, "") != "" {
			t.Errorf("with consent: %v", codes)
		}
		opened, _ = w.seen(a, v.Welcome.Session)
		if d := opened.Visitor; len(d.Segments) != 1 || len(d.Data) != 1 || opened.N != 1 || d.Consent == nil || !*d.Consent.Tracking {
			t.Errorf("with consent agents see %s", opened.Raw)
		}
		if _, err := w.store.Load(t.Context(), w.website.ID, sessionOf(t, v)); err != nil {
			t.Error(err)
		}
		figure.Note(t, "P13", "a client that ignores the rules: %d of %d pushes refused and kept nowhere; with consent all are taken; 2 messages need none", refused, refused)
	})
}

func sessionOf(t *testing.T, v *testclient.Visitor) chat.SessionID {
	t.Helper()
	id, err := chat.ParseSessionID(v.Welcome.Session)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// TestP13WithdrawnIsGone withdraws in a temporary session and in a conversation, on a website that demands consent and on one that does not: gone
// from the memory, from what agents see live, when they open it and when they come back, and from the visitor's other tabs.
func TestP13WithdrawnIsGone(t *testing.T) {
	for _, required := range []bool{false, true} {
		for _, conversation := range []bool{false, true} {
			t.Run(fmt.Sprintf("required %v, conversation %v", required, conversation), func(t *testing.T) {
				inWorld(t, func(t *testing.T, w *world) { withdraws(t, w, required, conversation) })
			})
		}
	}
}

func withdraws(t *testing.T, w *world, required, conversation bool) {
	if required {
		w.demandConsent()
	}
	a := w.agent()
	defer a.Close()
	v := w.visit("")
	tab := w.visit(v.Welcome.Token)
	defer tab.Close()
	w.consents(v, true)
	if f := w.expect(tab.Client, "consent"); f.Tracking == nil || !*f.Tracking {
		t.Errorf("the other tab was told %s", f.Raw)
	}
	w.tell(v, tracking("needle")...)
	if conversation {
		w.say(v, "hello")
		if f := w.ask(a.Client, w.on(v, "note", map[string]any{"id": strings.Repeat("a", 32), "text": "kept"})); f.T != "ack" {
			t.Fatalf("note: %s", f.Raw)
		}
		w.tell(v, tracking("needle")...)
	}
	opened := w.open(a, v.Welcome.Session)
	history := w.expect(a.Client, "history")
	if seen := string(opened.Raw) + string(history.Raw); strings.Count(seen, "needle") < 4 {
		t.Fatalf("the needles were not there to begin with: %s", seen)
	}
	w.consents(v, false)
	w.consents(v, false) // again
	details, err := a.Await("the withdrawal", func(f testclient.Frame) bool {
		return f.T == "visitor" && f.Visitor.Consent != nil && !*f.Visitor.Consent.Tracking
	})
	w.must(err)
	if strings.Contains(string(details.Raw), "needle") || details.Visitor.Consent.Removed != opened.N {
		t.Errorf("agents are told %s; %d entries were there", details.Raw, opened.N)
	}
	if f, err := tab.Await("the withdrawal", func(f testclient.Frame) bool { return f.T == "consent" }); err != nil || *f.Tracking {
		t.Errorf("the other tab was told %s, %v", f.Raw, err)
	}
	for _, code := range w.tell(v, tracking("later")...) {
		if code != "consent_required" {
			t.Errorf("after the withdrawal a push was answered with %q", code)
		}
	}
	w.must(a.Send(w.on(v, "close", nil)))
	check := func(when string) {
		t.Helper()
		opened, history := w.seen(a, v.Welcome.Session)
		seen := string(opened.Raw) + string(history.Raw)
		if strings.Contains(seen, "needle") || strings.Contains(seen, "later") {
			t.Errorf("%s agents see %s", when, seen)
		}
		for i, n := range history.Notes {
			if n.N != uint64(i)+1 || (n.T == "event" && !n.Removed) || (n.T == "note" && n.Text != "kept") {
				t.Errorf("%s entry %d is %s", when, i+1, n.Raw)
			}
		}
		if want := map[bool]int{false: 1, true: 3}[conversation]; len(history.Notes) != want {
			t.Errorf("%s the agents' log has %d entries, want %d", when, len(history.Notes), want)
		}
	}
	check("at once")
	back := w.visit(v.Welcome.Token)
	defer back.Close()
	if c := back.Welcome.Consent; c == nil || c.Required != required || c.Tracking == nil || *c.Tracking || strings.Contains(string(back.Welcome.Raw), "needle") {
		t.Errorf("welcome %s", back.Welcome.Raw)
	}
	v.Close()
	if !conversation {
		w.say(back, "the first message writes what was in memory")
		check("in the conversation that began")
	}
	w.restart()
	a.Close()
	a = w.agent()
	defer a.Close()
	check("after a restart")
}

// TestP13AWithdrawalReadsTheWholeLog: more events than a page of the log has, of which some were removed before.
func TestP13AWithdrawalReadsTheWholeLog(t *testing.T) {
	const events = 1200
	inWorld(t, func(t *testing.T, w *world) {
		a := w.agent()
		defer a.Close()
		v := w.visit("")
		defer v.Close()
		w.say(v, "hello")
		for round := range 2 {
			for n := range events {
				time.Sleep(25 * time.Millisecond) // no flood
				if codes := w.tell(v, map[string]any{"t": "event", "name": fmt.Sprint("needle ", n)}); codes[0] != "" {
					t.Fatalf("event %d: %v", n, codes)
				}
				if n == events/2 {
					w.say(v, "in between")
				}
			}
			w.consents(v, false)
			var notes []persistence.Entry
			for more := true; more; {
				page, err := w.store.Notes(t.Context(), w.website.ID, sessionOf(t, v), persistence.NotePage{AfterN: uint64(len(notes)), Oldest: true})
				w.must(err)
				notes, more = append(notes, page...), len(page) > 0
			}
			if n := len(notes); n != (round+1)*events {
				t.Fatalf("%d entries, want %d", n, (round+1)*events)
			}
			for i, n := range notes {
				if n.Seq != uint64(i)+1 || bytes.Contains(n.Frame, []byte("needle")) || !bytes.Contains(n.Frame, []byte(`"removed":true`)) {
					t.Fatalf("entry %d: %d %s", i+1, n.Seq, n.Frame)
				}
			}
			time.Sleep(10 * time.Second) // a yes is not taken at once
			w.consents(v, true)
		}
	})
}

// TestP13TheDemandComesLater: what was told under other rules stays until it is withdrawn; more is refused at once.
func TestP13TheDemandComesLater(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		v := w.visit("")
		defer v.Close()
		w.say(v, "hello")
		w.tell(v, tracking("before")...)
		w.demandConsent()
		for _, code := range w.tell(v, tracking("after")...) {
			if code != "consent_required" {
				t.Errorf("answered with %q", code)
			}
		}
		back := w.visit(v.Welcome.Token)
		defer back.Close()
		if len(back.Welcome.Segments) != 1 || !back.Welcome.Consent.Required {
			t.Errorf("welcome %s", back.Welcome.Raw)
		}
		w.consents(back, false)
		again := w.visit(v.Welcome.Token)
		defer again.Close()
		if len(again.Welcome.Segments) != 0 {
			t.Errorf("welcome %s", again.Welcome.Raw)
		}
	})
}

// onDisk goes on with a store on a disk in memory.
func (w *world) onDisk() *vfs.MemFS {
	w.t.Helper()
	w.stop()
	fs := vfs.NewMem()
	w.store = &keptStore{Store: openPebble(w.t, fs)}
	w.start()
	w.put(w.website)
	agent, err := w.node.Operator().PutAgent(w.t.Context(), chat.Agent{Name: "Ada", Email: w.email, Websites: []chat.WebsiteID{w.website.ID}})
	w.must(err)
	w.must(w.node.Operator().SetPassword(w.t.Context(), agent.ID, w.secret))
	return fs
}

// hits counts a needle in the files of the data directory with a suffix.
func hits(t *testing.T, fs vfs.FS, suffix, needle string) (n int) {
	t.Helper()
	names, err := fs.List("/data")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		f, err := fs.Open("/data/" + name)
		if err != nil || !strings.HasSuffix(name, suffix) {
			continue // a directory, or gone since
		}
		data, err := io.ReadAll(f)
		if err = errors.Join(err, f.Close()); err != nil {
			t.Fatal(err)
		}
		n += bytes.Count(data, []byte(needle))
	}
	return n
}

// TestP13WithdrawnLeavesTheDisk withdraws in one of two conversations that are in tables and in the log, and looks into every file an hour later.
func TestP13WithdrawnLeavesTheDisk(t *testing.T) {
	const needle, other = "ZqXjVkWyQzJxKvYw", "GhPdTfMbRgNlSpCt" // no four letters of which stand elsewhere, so that no compression takes them apart
	inWorld(t, func(t *testing.T, w *world) {
		fs := w.onDisk()
		defer func() { w.must(w.store.Store.Close()) }()
		v, stays, gone := w.visit(""), w.visit(""), w.visit("")
		defer stays.Close()
		w.say(v, "my message")
		w.tell(v, tracking(needle)...)
		w.say(stays, "another")
		w.tell(stays, tracking(other)...)
		w.say(gone, "deleted, so that the disk is scrubbed once")
		a := w.agent()
		defer a.Close()
		w.ask(a.Client, w.on(gone, "delete", nil))
		time.Sleep(time.Hour)
		w.tell(v, map[string]any{"t": "event", "name": needle}) // of these, the log has one more
		planted := [2]int{hits(t, fs, ".sst", needle), hits(t, fs, ".log", needle)}
		if planted[0] == 0 || planted[1] == 0 {
			t.Fatalf("%d hits in tables, %d in the log: this test does not see", planted[0], planted[1])
		}
		w.consents(v, false)
		time.Sleep(time.Hour)
		if n := hits(t, fs, "", needle); n != 0 {
			t.Errorf("an hour after the withdrawal: %d hits", n)
		}
		if hits(t, fs, "", other) == 0 {
			t.Error("the other visitor's is gone as well, or this test does not see")
		}
		v.Close()
		back := w.visit(v.Welcome.Token)
		defer back.Close()
		if got := w.history(back); len(got) != 1 || got[0] != "my message" {
			t.Errorf("history %q", got)
		}
		figure.Note(t, "P13", "withdrawn: %d hits in the files before, 0 an hour later", planted[0]+planted[1])
	})
}
