package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func rewriteTests() []test {
	return []test{
		{"entries keep their places", rewritePlaces},
		{"a refused step rewrites nothing", rewriteRefused},
		{"the session goes on", rewriteGoesOn},
	}
}

// rewrite makes the step replace entries of the agents' log, which stand behind the message after, and have what it replaces scrubbed.
func rewrite(c *persistence.Commit, after uint64, entries ...uint64) {
	c.Scrub = true
	for _, n := range entries {
		c.Rewritten = append(c.Rewritten, persistence.NoteEntry{Entry: persistence.Entry{Seq: n, Frame: rewritten(n)}, After: after})
	}
}

func rewritten(n uint64) []byte { return []byte{0, 0xff, byte(n)} }

func rewritePlaces(t *testing.T, s persistence.Store) {
	w := noted(t, s)
	around := w.beside(1, 0).load(t)
	c := w.step(0, 1)
	c.Visitor = visitor("Bob")
	rewrite(c, 1, 3, 5)
	w.commit(t, c)
	want := logRange(w.head.ID, "note", 1, 9)
	want[2].Frame, want[4].Frame = rewritten(3), rewritten(5)
	same(t, "notes", w.notes(t, persistence.NotePage{}), want)
	same(t, "notes behind the first message", w.notes(t, persistence.NotePage{From: 1, To: 1}), want[2:5])
	same(t, "head", w.load(t).Head, w.head)
	same(t, "visitor", w.load(t).Visitor, *visitor("Bob"))
	same(t, "the neighbor", w.beside(1, 0).load(t), around)
}

func rewriteRefused(t *testing.T, s persistence.Store) {
	w := noted(t, s)
	stale := w.step(0, 0)
	again := w.step(1, 0)
	again.Dedupes = dedupe(1, 1, again.Head.Seq)
	w.commit(t, again)
	fenced, repeat := w.step(0, 0), w.step(0, 0)
	fenced.Epoch--
	repeat.Dedupes = again.Dedupes
	for _, c := range []*persistence.Commit{stale, fenced, repeat} {
		rewrite(c, 1, 3)
	}
	w.refused(t, stale, persistence.ErrConflict)
	w.refused(t, fenced, persistence.ErrFenced)
	w.repeats(t, repeat, again.Dedupes[0].Receipt)
	same(t, "notes", w.notes(t, persistence.NotePage{}), logRange(w.head.ID, "note", 1, 8))
}

// rewriteGoesOn writes, scrubs and deletes behind a rewriting: the session stays one like every other.
func rewriteGoesOn(t *testing.T, s persistence.Store) {
	w := noted(t, s)
	want := logRange(w.head.ID, "note", 1, 8)
	for _, n := range []uint64{3, 4, 3} {
		c := w.step(1, 0)
		rewrite(c, 1, n)
		want[n-1].Frame = rewritten(n)
		w.commit(t, c)
		ok(t, "scrub", s.Scrub(t.Context()))
		same(t, "notes", w.notes(t, persistence.NotePage{}), want)
		same(t, "head", w.load(t).Head, w.head)
		same(t, "inbox", inbox(t, s, 1, persistence.FilterAll)[:1], []chat.Head{w.head})
	}
	c := w.step(0, 0)
	rewrite(c, 1, 5)
	w.commit(t, c)
	erase(t, s, 1, 1)
	isErased(t, w)
	ok(t, "scrub", s.Scrub(t.Context()))
	isErased(t, w)
	w.refused(t, w.step(1, 0), persistence.ErrErased)
}
