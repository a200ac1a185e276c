package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func eraseTests() []test {
	return []test{
		{"unreadable at once", eraseGone},
		{"no commit revives it", eraseFinal},
		{"others stay", eraseOthers},
		{"unknown and erased sessions are no error", eraseUnknown},
		{"scrub changes nothing that is there", eraseScrub},
	}
}

func erase(t testing.TB, s persistence.Store, website, session uint32) {
	t.Helper()
	ok(t, "erase", s.Erase(t.Context(), persistence.Erasure{Website: websiteID(website), Session: sessionID(session), By: "a test"}))
}

// full stores a session that has something everywhere.
func full(t testing.TB, w *writer) *persistence.Commit {
	t.Helper()
	c := w.step(3, 3)
	c.Visitor, c.Dedupes = visitor("Ann"), dedupe(1, 1, 3)
	w.commit(t, c)
	return c
}

// isErased checks that nothing of a session can be read.
func isErased(t testing.TB, w *writer) {
	t.Helper()
	_, err := w.store.Load(t.Context(), w.head.Website, w.head.ID)
	fails(t, "load", err, persistence.ErrErased)
	for _, p := range []persistence.Page{{}, {After: 1}, {Before: 3}} {
		entries, more := w.page(t, p)
		same(t, "messages", entries, nil)
		same(t, "more", more, false)
	}
	same(t, "notes", w.notes(t, persistence.NotePage{}), nil)
	for _, f := range []persistence.Filter{persistence.FilterOpen, persistence.FilterResolved, persistence.FilterAll} {
		page, err := w.store.Inbox(t.Context(), w.head.Website, persistence.InboxQuery{Filter: f})
		ok(t, "inbox", err)
		for _, h := range page.Heads {
			if h.ID == w.head.ID {
				t.Fatal("the erased session is in the inbox")
			}
		}
	}
}

func eraseGone(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	full(t, w)
	erase(t, s, 1, 1)
	isErased(t, w)
}

func eraseFinal(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	first := full(t, w)
	erase(t, s, 1, 1)
	w.refused(t, w.step(1, 0), persistence.ErrErased) // the next step
	w.refused(t, first, persistence.ErrErased)        // a repeat: its receipt went, too
	fresh := w.beside(1, 1)
	w.refused(t, fresh.step(1, 0), persistence.ErrErased) // from the beginning
	stale := w.step(1, 0)
	w.epoch = claim(t, s, w.shard)
	w.refused(t, stale, persistence.ErrErased)        // by an owner of before, who learns this first
	w.refused(t, w.step(1, 0), persistence.ErrErased) // by the next owner
	isErased(t, w)
}

func eraseOthers(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 5)
	around := []*writer{w.beside(1, 4), w.beside(1, 6), w.beside(2, 5), w.beside(0, 5)}
	full(t, w)
	for _, other := range around {
		full(t, other)
	}
	erase(t, s, 1, 5)
	isErased(t, w)
	for _, other := range around {
		other.holds(t)
		same(t, "visitor", other.load(t).Visitor, *visitor("Ann"))
		other.post(t, 1)
		other.holds(t)
	}
	want := []chat.Head{around[0].head, around[1].head}
	sortHeads(want)
	same(t, "inbox", inbox(t, s, 1, persistence.FilterAll), want)
}

func eraseUnknown(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	erase(t, s, 1, 1)
	isErased(t, w)
	w.refused(t, w.step(1, 0), persistence.ErrErased)
	erase(t, s, 1, 1)
	isErased(t, w)
}

func eraseScrub(t *testing.T, s persistence.Store) {
	ok(t, "scrub of an empty store", s.Scrub(t.Context()))
	w := newWriter(t, s, 1, 1)
	other := w.beside(1, 2)
	full(t, w)
	full(t, other)
	erase(t, s, 1, 1)
	ok(t, "scrub", s.Scrub(t.Context()))
	isErased(t, w)
	other.holds(t)
	ok(t, "scrub again", s.Scrub(t.Context()))
	w.refused(t, w.step(1, 0), persistence.ErrErased)
	other.post(t, 1)
	other.holds(t)
}
