package storetest

import (
	"slices"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
)

func dedupeTests() []test {
	return []test{
		{"repeat gets the first receipt", dedupeRepeat},
		{"repeat comes before the version", dedupeBeforeVersion},
		{"repeat of a note gets the note's receipt", dedupeNote},
		{"another body gets the first body's hash", dedupeBody},
		{"sender, id and session tell steps apart", dedupeDistinct},
		{"several in one step", dedupeSeveral},
		{"steps without one may repeat", dedupeNone},
		{"lasts as long as the session", dedupeLasts},
	}
}

// repeats sends a step again and wants the receipt of the first time.
func (w *writer) repeats(t testing.TB, c *persistence.Commit, want persistence.Receipt) {
	t.Helper()
	got, err := w.store.Commit(t.Context(), c)
	if err != nil || got.Duplicate == nil || *got.Duplicate != want {
		t.Fatalf("repeat: duplicate %+v, error %v; want %+v", got.Duplicate, err, want)
	}
}

func dedupeRepeat(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	first := w.step(1, 0)
	first.Dedupes = dedupe(1, 1, 1)
	w.commit(t, first)
	w.post(t, 3)
	again := w.step(1, 1)
	again.Dedupes, again.Visitor = dedupe(1, 1, 5), visitor("Ann")
	w.repeats(t, again, first.Dedupes[0].Receipt)
	w.holds(t)
	same(t, "visitor", w.load(t).Visitor, chat.Visitor{})
}

func dedupeBeforeVersion(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	first := w.step(1, 0)
	first.Dedupes = dedupe(1, 1, 1)
	w.commit(t, first)
	w.repeats(t, first, first.Dedupes[0].Receipt) // in doubt and sent again as it was
	w.post(t, 1)
	w.repeats(t, first, first.Dedupes[0].Receipt)
	w.holds(t)
}

func dedupeNote(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.post(t, 1)
	note := w.step(0, 1)
	note.Dedupes = dedupe(1, 1, 1)
	w.commit(t, note)
	w.repeats(t, note, note.Dedupes[0].Receipt)
	w.holds(t)
}

func dedupeBody(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	first := w.step(1, 0)
	first.Dedupes = dedupe(1, 1, 1)
	w.commit(t, first)
	other := w.step(1, 0)
	other.Dedupes = dedupe(1, 1, 2)
	other.Dedupes[0].Receipt.Body = id16(9, 99)
	w.repeats(t, other, first.Dedupes[0].Receipt)
}

func dedupeDistinct(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	for i, d := range []persistence.Dedupe{
		dedupe(1, 1, 0)[0], dedupe(1, 2, 0)[0], dedupe(2, 1, 0)[0],
		{Sender: chat.Sender{Role: chat.RoleVisitor}, ID: messageID(1)},
		{Sender: chat.Sender{Role: chat.RoleAgent}, ID: messageID(1)},
		{Sender: chat.Sender{Role: chat.RoleSystem}, ID: messageID(1)},
	} {
		c := w.step(1, 0)
		d.Receipt.Seq = uint64(i + 1)
		c.Dedupes = []persistence.Dedupe{d}
		w.commit(t, c)
	}
	for _, elsewhere := range []*writer{w.beside(1, 2), w.beside(2, 1)} {
		c := elsewhere.step(1, 0)
		c.Dedupes = dedupe(1, 1, 1)
		elsewhere.commit(t, c)
	}
	w.holds(t)
}

// dedupeSeveral stores three messages in one step, and repeats each of them alone and beside a new one.
func dedupeSeveral(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	three := w.step(3, 0)
	three.Dedupes = slices.Concat(dedupe(1, 1, 1), dedupe(2, 1, 2), dedupe(1, 2, 3))
	w.commit(t, three)
	w.repeats(t, three, three.Dedupes[0].Receipt)
	for i, d := range three.Dedupes {
		alone := w.step(1, 0)
		alone.Dedupes = []persistence.Dedupe{d}
		w.repeats(t, alone, three.Dedupes[i].Receipt)
		beside := w.step(2, 0)
		beside.Dedupes = append(dedupe(9, 9, 4), d)
		w.repeats(t, beside, three.Dedupes[i].Receipt)
	}
	fresh := w.step(1, 0) // the new one of a refused step was not used
	fresh.Dedupes = dedupe(9, 9, 4)
	w.commit(t, fresh)
	w.holds(t)
}

func dedupeNone(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	for range 3 {
		w.post(t, 1)
	}
	w.holds(t)
}

func dedupeLasts(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	var sent []*persistence.Commit
	for n := range uint32(700) {
		c := w.step(1, 0)
		c.Dedupes = dedupe(n%3, n, c.Head.Seq)
		w.commit(t, c)
		sent = append(sent, c)
	}
	for _, c := range sent {
		w.repeats(t, c, c.Dedupes[0].Receipt)
	}
	w.holds(t)
	figure.Note(t, "G3", "%d messages of a session repeated after all of them: %d first receipts, 0 stored again", len(sent), len(sent))
}
