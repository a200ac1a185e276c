package storetest

import (
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// runModel does random steps on the store and on the model and compares. A failure prints its seed and the shortest way to it.
func (s *suite) runModel(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{suite: s, t: t, store: s.open(t), model: newModel()}
		defer func() {
			if err := m.store.Close(); err != nil {
				rt.Errorf("close: %v", err)
			}
		}()
		for shard := range uint16(2) {
			m.claim(rt, shard)
		}
		actions := map[string]func(*rapid.T){
			"":         m.check,
			"commit":   m.commit,
			"again":    m.commit, // as often again: commits are what matters
			"messages": m.messages,
			"notes":    m.notes,
			"inbox":    m.inbox,
			"erase":    m.erase,
			"claim":    func(rt *rapid.T) { m.claim(rt, uint16(rapid.IntRange(0, 1).Draw(rt, "shard"))) },
			"scrub":    func(rt *rapid.T) { ok(rt, "store", m.store.Scrub(t.Context())) },
		}
		if s.reopen != nil {
			actions["reopen"] = m.reopen
		}
		rt.Repeat(actions)
	})
}

// machine drives one store and its model.
type machine struct {
	*suite
	t     *testing.T
	store persistence.Store
	model *model
	last  *persistence.Commit // for repeats of exactly the same step
	lastR ref
}

func drawRef(rt *rapid.T) ref {
	return ref{uint32(rapid.IntRange(0, 1).Draw(rt, "website")), uint32(rapid.IntRange(0, 3).Draw(rt, "session"))}
}

// claim takes a shard; its epoch rises, also over restarts.
func (m *machine) claim(rt *rapid.T, shard uint16) {
	epoch, err := m.store.Claim(m.t.Context(), shard)
	ok(rt, "store", err)
	if epoch <= m.model.epochs[shard] {
		rt.Fatalf("epoch %d after %d", epoch, m.model.epochs[shard])
	}
	m.model.epochs[shard] = epoch
}

func (m *machine) reopen(rt *rapid.T) {
	m.store = m.suite.reopen(m.t, m.store)
	m.claim(rt, 0)
	m.claim(rt, 1)
}

// commit tries a step that is sometimes stale, fenced, or a repeat.
func (m *machine) commit(rt *rapid.T) {
	r, c := m.lastR, m.last
	if c == nil || rapid.IntRange(0, 9).Draw(rt, "repeat") > 0 {
		r = drawRef(rt)
		c = m.drawCommit(rt, r)
	}
	m.last, m.lastR = c, r
	want, wantErr := m.model.commit(r, c)
	got, err := m.store.Commit(m.t.Context(), c)
	if !errors.Is(err, wantErr) || (want == nil) != (got.Duplicate == nil) || (want != nil && *want != *got.Duplicate) {
		rt.Fatalf("commit %+v: %v, %v; want %v, %v", c, got.Duplicate, err, want, wantErr)
	}
}

func (m *machine) drawCommit(rt *rapid.T, r ref) *persistence.Commit {
	shard := uint16(r.session % 2)
	w := writer{shard: shard, epoch: m.model.epochs[shard], head: m.model.head(r)}
	c := w.step(rapid.IntRange(0, 3).Draw(rt, "messages"), rapid.IntRange(0, 2).Draw(rt, "notes"))
	c.Head.ActiveAt = at(rapid.IntRange(0, 5).Draw(rt, "active"))
	c.Head.State = chat.State(rapid.IntRange(0, 2).Draw(rt, "state"))
	if rapid.Bool().Draw(rt, "visitor") {
		c.Visitor = visitor(rapid.StringN(0, 3, -1).Draw(rt, "name"))
	}
	if rapid.Bool().Draw(rt, "dedupe") {
		sender := uint32(rapid.IntRange(0, 1).Draw(rt, "sender"))
		for _, id := range rapid.SliceOfNDistinct(rapid.Uint32Range(0, 9), 1, 3, rapid.ID).Draw(rt, "ids") {
			c.Dedupes = append(c.Dedupes, dedupe(sender, id, c.Head.Seq)...)
		}
	}
	if kept := m.model.sessions[r]; kept != nil && len(kept.notes) > 0 && rapid.Bool().Draw(rt, "rewrite") {
		n := rapid.SampledFrom(kept.notes).Draw(rt, "note")
		n.Frame = rapid.SliceOfN(rapid.Byte(), 1, 3).Draw(rt, "frame")
		c.Rewritten, c.Scrub = append(c.Rewritten, n), true
	}
	switch rapid.IntRange(0, 15).Draw(rt, "fault") {
	case 0:
		c.Expect++
		c.Head.Version++
	case 1:
		c.Epoch--
	}
	return c
}

func (m *machine) erase(rt *rapid.T) {
	if rapid.IntRange(0, 3).Draw(rt, "often") > 0 {
		return // else soon nothing would be left
	}
	r := drawRef(rt)
	m.model.erase(r)
	ok(rt, "store", m.store.Erase(m.t.Context(), persistence.Erasure{Website: websiteID(r.website), Session: sessionID(r.session)}))
}

// check compares every session.
func (m *machine) check(rt *rapid.T) {
	for website := range uint32(2) {
		for session := range uint32(4) {
			r := ref{website, session}
			record, err := m.store.Load(m.t.Context(), websiteID(website), sessionID(session))
			switch kept := m.model.sessions[r]; {
			case m.model.erased[r]:
				fails(rt, "load", err, persistence.ErrErased)
			case kept == nil:
				fails(rt, "load", err, persistence.ErrNotFound)
			default:
				ok(rt, "store", err)
				same(rt, "head", record.Head, kept.head)
				same(rt, "visitor", record.Visitor, kept.visitor)
			}
		}
	}
}

func (m *machine) messages(rt *rapid.T) {
	r, p := drawRef(rt), persistence.Page{Limit: rapid.IntRange(1, 5).Draw(rt, "limit")}
	seq := rapid.Uint64Range(0, 12).Draw(rt, "seq")
	if rapid.Bool().Draw(rt, "after") {
		p.After = seq
	} else {
		p.Before = seq
	}
	entries, more, err := m.store.Messages(m.t.Context(), websiteID(r.website), sessionID(r.session), p)
	ok(rt, "store", err)
	want, wantMore := m.model.page(r, p)
	same(rt, "messages", entries, want)
	same(rt, "more", more, wantMore)
}

func (m *machine) notes(rt *rapid.T) {
	n := rapid.Uint64Range(0, 10)
	r, p := drawRef(rt), persistence.NotePage{
		From: n.Draw(rt, "from"), To: n.Draw(rt, "to"), AfterN: n.Draw(rt, "after n"), Limit: rapid.IntRange(1, 5).Draw(rt, "limit"),
		Oldest: rapid.Bool().Draw(rt, "oldest"),
	}
	entries, err := m.store.Notes(m.t.Context(), websiteID(r.website), sessionID(r.session), p)
	ok(rt, "store", err)
	same(rt, "notes", entries, m.model.noteRange(r, p))
}

// inbox pages through a whole inbox.
func (m *machine) inbox(rt *rapid.T) {
	website := uint32(rapid.IntRange(0, 1).Draw(rt, "website"))
	q := persistence.InboxQuery{
		Filter: rapid.SampledFrom([]persistence.Filter{persistence.FilterOpen, persistence.FilterResolved, persistence.FilterAll}).Draw(rt, "filter"),
		Limit:  rapid.IntRange(1, 5).Draw(rt, "limit"),
	}
	var heads []chat.Head
	for {
		page, err := m.store.Inbox(m.t.Context(), websiteID(website), q)
		ok(rt, "store", err)
		if heads = append(heads, page.Heads...); page.Next == "" {
			break
		}
		q.Cursor = page.Next
	}
	same(rt, "inbox", heads, m.model.inbox(website, q.Filter))
}
