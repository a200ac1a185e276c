package storetest

import (
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func commitTests() []test {
	return []test{
		{"one step is stored whole", commitWhole},
		{"first step brings a log along", commitJournal},
		{"every field of the head is kept", commitHead},
		{"visitor stays until replaced", commitVisitor},
		{"wrong version is refused", commitVersion},
		{"refused step leaves nothing", commitRefused},
		{"step without entries moves the version", commitEmpty},
		{"store shares no memory with its callers", commitAliasing},
		{"unknown session is not found", commitUnknown},
	}
}

func commitWhole(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	c := w.step(1, 1)
	c.Visitor, c.Dedupes = visitor("Ann"), dedupe(1, 1, 1)
	w.commit(t, c)
	w.holds(t)
	same(t, "visitor", w.load(t).Visitor, *visitor("Ann"))
	page, err := s.Inbox(t.Context(), websiteID(1), persistence.InboxQuery{})
	ok(t, "inbox", err)
	same(t, "inbox", page, persistence.InboxPage{Heads: []chat.Head{w.head}})
}

func commitJournal(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.commit(t, w.step(5, 7))
	w.holds(t)
	w.commit(t, w.step(2, 0))
	w.commit(t, w.step(0, 3))
	w.holds(t)
}

func commitHead(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	c := w.step(1, 0)
	c.Head.State, c.Head.Blocked, c.Head.Assigned = chat.StateResolved, true, agentID(1)
	c.Head.Read, c.Head.Delivered = chat.Marks{Visitor: 1, Agent: 1 << 40}, chat.Marks{Visitor: 2, Agent: 3}
	c.Head.Unread, c.Head.Senders = chat.UnreadCounts{Visitor: 4, Agent: 5}, 1<<63|1
	c.Head.Epoch, c.Head.SecretHash = 1<<63|5, [32]byte{31: 1}
	c.Head.Name = "Ünïcode \u202e name"
	w.commit(t, c)
	same(t, "head", w.load(t).Head, w.head)

	c = w.step(0, 0)
	c.Head.CreatedAt = time.Date(2030, 1, 2, 3, 4, 5, 6_789_000, time.FixedZone("", 3600))
	c.Head.ActiveAt, c.Head.LastFrom, c.Head.Preview = time.Time{}, 0, ""
	w.commit(t, c)
	w.head.CreatedAt = time.Date(2030, 1, 2, 2, 4, 5, 6_000_000, time.UTC) // to the millisecond, as on the wire
	same(t, "head", w.load(t).Head, w.head)
}

func commitVisitor(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.post(t, 1)
	same(t, "visitor that nobody told", w.load(t).Visitor, chat.Visitor{})
	c := w.step(1, 0)
	c.Visitor = visitor("Ann")
	w.commit(t, c)
	w.post(t, 1)
	same(t, "visitor", w.load(t).Visitor, *visitor("Ann"))
	c = w.step(0, 0)
	c.Visitor = &chat.Visitor{User: &chat.User{Nickname: "Bob"}}
	w.commit(t, c)
	same(t, "visitor", w.load(t).Visitor, *c.Visitor)
}

func commitVersion(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	ahead := w.step(1, 0)
	ahead.Expect, ahead.Head.Version = 1, 2
	w.refused(t, ahead, persistence.ErrConflict)
	w.post(t, 1)
	w.post(t, 1)
	for _, expect := range []uint64{0, 1, 3, 1 << 60} {
		c := w.step(1, 0)
		c.Expect, c.Head.Version = expect, expect+1
		w.refused(t, c, persistence.ErrConflict)
	}
	w.holds(t)
}

func commitRefused(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	first := w.step(2, 2)
	first.Visitor = visitor("Ann")
	w.commit(t, first)
	before := inbox(t, s, 1, persistence.FilterAll)

	stale := w.step(3, 3)
	stale.Expect, stale.Visitor, stale.Dedupes = w.head.Version-1, visitor("Bob"), dedupe(1, 1, 3)
	stale.Head.State, stale.Head.Version = chat.StateResolved, w.head.Version
	w.refused(t, stale, persistence.ErrConflict)
	stale.Expect, stale.Head.Version, stale.Epoch = w.head.Version, w.head.Version+1, w.epoch+1
	w.refused(t, stale, persistence.ErrFenced)

	w.holds(t)
	same(t, "visitor", w.load(t).Visitor, *visitor("Ann"))
	same(t, "inbox", inbox(t, s, 1, persistence.FilterAll), before)
	same(t, "resolved", inbox(t, s, 1, persistence.FilterResolved), nil)
	again := w.step(1, 0)
	again.Dedupes = stale.Dedupes // a refused step has not used it up
	w.commit(t, again)
	w.holds(t)
}

func commitEmpty(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.post(t, 1)
	for range 3 {
		c := w.step(0, 0)
		c.Head.Read.Agent++
		w.commit(t, c)
	}
	w.holds(t)
}

func commitAliasing(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	c := w.step(1, 1)
	c.Visitor = visitor("Ann")
	w.commit(t, c)
	spoil := func(b []byte) { clear(b) }
	spoil(c.Messages[0].Frame)
	spoil(c.Notes[0].Frame)
	c.Visitor.Data["text"], c.Visitor.Segments[0] = "changed", "changed"
	w.holds(t)

	entries, _ := w.page(t, persistence.Page{})
	spoil(entries[0].Frame)
	spoil(w.notes(t, persistence.NotePage{})[0].Frame)
	r := w.load(t)
	r.Visitor.Data["text"], r.Visitor.Segments[0] = "changed", "changed"
	w.holds(t)
	same(t, "visitor", w.load(t).Visitor, *visitor("Ann"))
}

func commitUnknown(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	_, err := s.Load(t.Context(), websiteID(1), sessionID(1))
	fails(t, "load", err, persistence.ErrNotFound)
	entries, more := w.page(t, persistence.Page{})
	same(t, "messages", entries, nil)
	same(t, "more", more, false)
	same(t, "notes", w.notes(t, persistence.NotePage{}), nil)
	same(t, "inbox", inbox(t, s, 1, persistence.FilterAll), nil)
}
