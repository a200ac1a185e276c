package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/internal/figure"
	"github.com/parlor-chat/parlor/persistence"
)

func isolationTests() []test {
	return []test{
		{"a session is found under its own website only", isolationReads},
		{"one id in two websites is two sessions", isolationSameID},
	}
}

// isolationReads looks for a session of website 1 from website 2 (G22).
func isolationReads(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	full(t, w)
	for _, website := range []uint32{0, 2} {
		_, err := s.Load(t.Context(), websiteID(website), sessionID(1))
		fails(t, "load", err, persistence.ErrNotFound)
		elsewhere := w.beside(website, 1)
		entries, more := elsewhere.page(t, persistence.Page{})
		same(t, "messages", entries, nil)
		same(t, "more", more, false)
		same(t, "notes", elsewhere.notes(t, persistence.NotePage{}), nil)
		same(t, "inbox", inbox(t, s, website, persistence.FilterAll), nil)
	}
	page, err := s.Inbox(t.Context(), websiteID(2), persistence.InboxQuery{Cursor: persistence.Position{AtMillis: 1 << 60}.Cursor()})
	ok(t, "inbox with a foreign cursor", err)
	same(t, "inbox", page.Heads, nil)
	figure.Note(t, "G22", "every way to read a session, asked for by its id under 2 other websites: 0 answers")
}

func isolationSameID(t *testing.T, s persistence.Store) {
	one := newWriter(t, s, 1, 1)
	two := one.beside(2, 1)
	full(t, one)
	full(t, two)
	two.post(t, 2)
	one.holds(t)
	two.holds(t)
	same(t, "inbox", inbox(t, s, 2, persistence.FilterAll), []chat.Head{two.head})
	erase(t, s, 1, 1)
	isErased(t, one)
	two.holds(t)
}
