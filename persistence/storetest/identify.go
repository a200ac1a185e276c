package storetest

import (
	"net/netip"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func identifyTests() []test {
	return []test{
		{"kept by session", identifyKept},
		{"survives an erasure", identifySurvives},
		{"dropped by days", identifyForget},
		{"dropped for one session", identifyErase},
		{"conversations are walked through", conversationsAll},
	}
}

// on is a time on a day.
func on(day, hour int) time.Time {
	return time.UnixMilli(0).UTC().AddDate(55, 0, day).Add(time.Duration(hour) * time.Hour)
}

func access(day int) *persistence.Identification {
	port := netip.AddrPortFrom(netip.MustParseAddr("2001:db8::7"), uint16(1000+day))
	return &persistence.Identification{Addr: port, From: on(day, 1), To: on(day, 23)}
}

// accesses writes one step for each day.
func (w *writer) accesses(t testing.TB, days ...int) {
	t.Helper()
	for _, day := range days {
		c := w.step(1, 0)
		c.Identify = access(day)
		w.commit(t, c)
	}
}

// identified checks from which days something is kept.
func (w *writer) identified(t testing.TB, days ...int) {
	t.Helper()
	got, err := w.store.Identifications(t.Context(), w.head.Website, w.head.ID)
	ok(t, "identifications", err)
	var want []persistence.Identification
	for _, day := range days {
		want = append(want, *access(day))
	}
	if len(got) != 0 || len(want) != 0 {
		same(t, "identifications", got, want)
	}
}

func identifyKept(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 5)
	around := []*writer{w.beside(1, 4), w.beside(1, 6), w.beside(2, 5)}
	w.identified(t)
	for i, other := range around {
		other.accesses(t, i, i+1)
	}
	w.accesses(t, 1, 0, 1, 300)
	w.identified(t, 0, 1, 1, 300)
	for i, other := range around {
		other.identified(t, i, i+1)
	}
	w.post(t, 1)
	stale := w.step(1, 0)
	stale.Expect, stale.Head.Version, stale.Identify = 1, 2, access(9)
	w.refused(t, stale, persistence.ErrConflict)
	w.identified(t, 0, 1, 1, 300)
}

func identifySurvives(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.accesses(t, 1, 2)
	erase(t, s, 1, 1)
	ok(t, "scrub", s.Scrub(t.Context()))
	w.identified(t, 1, 2)
}

func identifyForget(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	second, elsewhere := w.beside(1, 2), w.beside(2, 1)
	for _, each := range []*writer{w, second, elsewhere} {
		each.accesses(t, 1, 2, 3)
	}
	for _, c := range []struct {
		ended time.Time
		any   bool
		left  []int
	}{{on(1, 23), false, []int{1, 2, 3}}, {on(3, 0), true, []int{3}}, {on(3, 12), false, []int{3}}, {on(9, 0), true, nil}} {
		any, err := s.ForgetIdentifications(t.Context(), websiteID(1), c.ended)
		ok(t, "forget", err)
		same(t, "whether there were any", any, c.any)
		w.identified(t, c.left...)
		second.identified(t, c.left...)
		ok(t, "scrub", s.Scrub(t.Context()))
		w.identified(t, c.left...)
	}
	elsewhere.identified(t, 1, 2, 3)
	w.holds(t)
	w.accesses(t, 10)
	w.identified(t, 10)
}

func identifyErase(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	other := w.beside(1, 2)
	w.accesses(t, 1, 2)
	other.accesses(t, 1, 2)
	ok(t, "erase", s.EraseIdentifications(t.Context(), websiteID(1), sessionID(1)))
	ok(t, "erase again", s.EraseIdentifications(t.Context(), websiteID(1), sessionID(1)))
	ok(t, "scrub", s.Scrub(t.Context()))
	w.identified(t)
	other.identified(t, 1, 2)
	w.holds(t)
}

func conversationsAll(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 0)
	var want []persistence.Record
	for n := range uint32(7) {
		each := w.beside(1, n+1)
		c := each.step(2, 2)
		c.Visitor = visitor("Ann")
		each.commit(t, c)
		full(t, w.beside(2, n+1))
		want = append(want, persistence.Record{Head: each.head, Visitor: *visitor("Ann")})
	}
	erase(t, s, 1, 4)
	want = append(want[:3:3], want[4:]...)
	var got []persistence.Record
	for behind := (chat.SessionID{}); ; {
		page, err := s.Conversations(t.Context(), websiteID(1), behind, 2)
		ok(t, "conversations", err)
		if len(page) == 0 {
			break
		}
		got = append(got, page...)
		behind = page[len(page)-1].Head.ID
	}
	same(t, "conversations", got, want)
	none, err := s.Conversations(t.Context(), websiteID(3), chat.SessionID{}, 2)
	ok(t, "conversations", err)
	same(t, "of an unknown website", len(none), 0)
}
