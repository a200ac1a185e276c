package storetest

import (
	"testing"
	"time"

	"github.com/parlor-chat/parlor/persistence"
)

func auditTests() []test {
	return []test{
		{"an erasure and its end are recorded", auditErasure},
		{"entries are chained", auditChain},
		{"pages", auditPages},
	}
}

// audit reads the whole log, and checks that it is one chain.
func audit(t testing.TB, s persistence.Store) []persistence.AuditEntry {
	t.Helper()
	all, err := s.AuditLog(t.Context(), 0, 1000)
	ok(t, "audit log", err)
	var tail persistence.AuditTail
	for i, e := range all {
		if e.N != tail.N+1 || e.Prev != tail.Hash || e.Hash == "" || time.Since(e.At).Abs() > time.Hour {
			t.Fatalf("entry %d does not follow the one before: %+v", i+1, e)
		}
		again, line := persistence.AuditTail{N: tail.N, Hash: tail.Hash}, e
		text, err := again.Append(&line, e.At)
		ok(t, "append", err)
		same(t, "hash", line.Hash, e.Hash)
		_, err = tail.Follow(text)
		ok(t, "follow", err)
	}
	return all
}

// told is what an entry tells, without its place in the chain.
func told(e persistence.AuditEntry) persistence.AuditEntry {
	e.N, e.At, e.Prev, e.Hash = 0, time.Time{}, "", ""
	return e
}

func auditErasure(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	full(t, w)
	e := persistence.Erasure{Website: websiteID(1), Session: sessionID(1), By: "agent x", Reason: "asked to", Policy: "p1"}
	ok(t, "erase", s.Erase(t.Context(), e))
	ok(t, "erase again", s.Erase(t.Context(), e))
	erase(t, s, 1, 2) // nothing is stored of it
	erased := persistence.AuditEntry{
		Deed: persistence.DeedErased, Website: websiteID(1), Session: sessionID(1), By: "agent x", Reason: "asked to", Policy: "p1", Messages: 3, Notes: 3,
	}
	unknown := persistence.AuditEntry{Deed: persistence.DeedErased, Website: websiteID(1), Session: sessionID(2), By: "a test"}
	all := audit(t, s)
	same(t, "entries", len(all), 2)
	same(t, "first", told(all[0]), erased)
	same(t, "second", told(all[1]), unknown)

	ok(t, "scrub", s.Scrub(t.Context()))
	ok(t, "scrub again", s.Scrub(t.Context()))
	all = audit(t, s)
	same(t, "entries after the scrub", len(all), 4)
	gone := map[persistence.AuditEntry]bool{told(all[2]): true, told(all[3]): true}
	for session := uint32(1); session <= 2; session++ {
		if want := (persistence.AuditEntry{Deed: persistence.DeedGone, Website: websiteID(1), Session: sessionID(session)}); !gone[want] {
			t.Errorf("session %d is not recorded as gone: %v", session, gone)
		}
	}
}

func auditChain(t *testing.T, s persistence.Store) {
	one := persistence.AuditEntry{Deed: persistence.DeedIdentified, Website: websiteID(1), Session: sessionID(1), By: "operator x", Reason: "a \"reason\",\n<&>"}
	recorded, err := s.Record(t.Context(), one, one)
	ok(t, "record", err)
	erase(t, s, 1, 1)
	all := audit(t, s)
	same(t, "entries", len(all), 3)
	same(t, "recorded", recorded, all[:2])
	same(t, "told", told(all[1]), one)
}

func auditPages(t *testing.T, s persistence.Store) {
	same(t, "an empty log", len(audit(t, s)), 0)
	for range 5 {
		_, err := s.Record(t.Context(), persistence.AuditEntry{Deed: persistence.DeedExported})
		ok(t, "record", err)
	}
	for _, c := range []struct{ after, limit, first, n int }{{0, 2, 1, 2}, {2, 2, 3, 2}, {4, 9, 5, 1}, {5, 9, 0, 0}, {9, 9, 0, 0}, {0, 0, 0, 0}} {
		page, err := s.AuditLog(t.Context(), uint64(c.after), c.limit)
		ok(t, "page", err)
		if len(page) != c.n || (c.n > 0 && page[0].N != uint64(c.first)) {
			t.Errorf("%+v: %v", c, page)
		}
	}
}

func reopenAudit(t *testing.T, s persistence.Store, reopen func() persistence.Store) {
	erase(t, s, 1, 1)
	s = reopen()
	erase(t, s, 1, 2)
	ok(t, "scrub", s.Scrub(t.Context()))
	s = reopen()
	_, err := s.Record(t.Context(), persistence.AuditEntry{Deed: persistence.DeedExported})
	ok(t, "record", err)
	same(t, "entries", len(audit(t, s)), 5)
}
