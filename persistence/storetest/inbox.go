package storetest

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

func inboxTests() []test {
	return []test{
		{"newest first, one entry each", inboxOrder},
		{"filters by state", inboxFilter},
		{"pages join, also between equal times", inboxPages},
		{"pages join while conversations move and go", inboxMoves},
		{"shows the head of now", inboxHead},
		{"limits are bounded", inboxLimits},
		{"refuses a cursor of its own making", inboxCursor},
	}
}

// inbox reads a whole inbox in one page.
func inbox(t testing.TB, s persistence.Store, website uint32, f persistence.Filter) []chat.Head {
	t.Helper()
	page, err := s.Inbox(t.Context(), websiteID(website), persistence.InboxQuery{Filter: f})
	ok(t, "inbox", err)
	return page.Heads
}

// conversation stores a step that puts the session to the time and state.
func (w *writer) conversation(t testing.TB, millis int, state chat.State) {
	t.Helper()
	c := w.step(1, 0)
	c.Head.ActiveAt, c.Head.State = at(millis), state
	w.commit(t, c)
}

func sortHeads(heads []chat.Head) {
	slices.SortFunc(heads, func(a, b chat.Head) int {
		return persistence.PositionOf(&a).Compare(persistence.PositionOf(&b))
	})
}

func inboxOrder(t *testing.T, s persistence.Store) {
	a := newWriter(t, s, 1, 1)
	b, c := a.beside(1, 2), a.beside(1, 3)
	a.conversation(t, 10, chat.StateUnresolved)
	b.conversation(t, 30, chat.StateUnresolved)
	c.conversation(t, 20, chat.StateUnresolved)
	same(t, "inbox", inbox(t, s, 1, persistence.FilterAll), []chat.Head{b.head, c.head, a.head})
	a.conversation(t, 40, chat.StateUnresolved)
	a.conversation(t, 50, chat.StateUnresolved)
	same(t, "inbox", inbox(t, s, 1, persistence.FilterAll), []chat.Head{a.head, b.head, c.head})
	b.conversation(t, 5, chat.StateUnresolved) // a clock that went back (G20)
	same(t, "inbox", inbox(t, s, 1, persistence.FilterAll), []chat.Head{a.head, c.head, b.head})
	d := a.beside(1, 4)
	never := d.step(0, 1)
	d.commit(t, never) // nobody wrote yet: it stands last
	same(t, "inbox", inbox(t, s, 1, persistence.FilterAll), []chat.Head{a.head, c.head, b.head, d.head})
}

func inboxFilter(t *testing.T, s persistence.Store) {
	a := newWriter(t, s, 1, 1)
	b, c := a.beside(1, 2), a.beside(1, 3)
	a.conversation(t, 10, chat.StatePending)
	b.conversation(t, 20, chat.StateResolved)
	c.conversation(t, 30, chat.StateUnresolved)
	same(t, "open", inbox(t, s, 1, persistence.FilterOpen), []chat.Head{c.head, a.head})
	same(t, "resolved", inbox(t, s, 1, persistence.FilterResolved), []chat.Head{b.head})
	same(t, "all", inbox(t, s, 1, persistence.FilterAll), []chat.Head{c.head, b.head, a.head})
	for _, state := range []chat.State{chat.StateResolved, chat.StateUnresolved, chat.StateResolved} { // there and back at one time
		step := c.step(0, 0)
		step.Head.State = state
		c.commit(t, step)
	}
	same(t, "open", inbox(t, s, 1, persistence.FilterOpen), []chat.Head{a.head})
	same(t, "resolved", inbox(t, s, 1, persistence.FilterResolved), []chat.Head{c.head, b.head})
	same(t, "all", inbox(t, s, 1, persistence.FilterAll), []chat.Head{c.head, b.head, a.head})
}

func inboxPages(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	random := rand.New(rand.NewPCG(1, 2))
	for n := range uint32(60) {
		w.beside(1, n).conversation(t, random.IntN(8), chat.State(random.IntN(3)))
		w.beside(2, n).conversation(t, random.IntN(8), chat.StateUnresolved)
	}
	for _, filter := range []persistence.Filter{persistence.FilterOpen, persistence.FilterResolved, persistence.FilterAll} {
		want := inbox(t, s, 1, filter)
		sorted := slices.Clone(want)
		sortHeads(sorted)
		same(t, "order", want, sorted)
		for _, limit := range []int{1, 7, len(want), len(want) + 1} {
			same(t, "pages", allPages(t, s, persistence.InboxQuery{Filter: filter, Limit: limit}), want)
		}
	}
	same(t, "size", len(inbox(t, s, 1, persistence.FilterAll)), 60)
}

// allPages pages through an inbox of website 1. Only the last page may be short and without a next.
func allPages(t testing.TB, s persistence.Store, q persistence.InboxQuery) []chat.Head {
	t.Helper()
	var all []chat.Head
	for {
		page, err := s.Inbox(t.Context(), websiteID(1), q)
		ok(t, "inbox", err)
		all = append(all, page.Heads...)
		if page.Next == "" {
			return all
		}
		if len(page.Heads) != q.Limit {
			t.Fatalf("a page of %d with a next one, limit %d", len(page.Heads), q.Limit)
		}
		q.Cursor = page.Next
	}
}

// inboxMoves pages while some conversations get messages, are resolved or deleted: those that stay where they are come once, in order.
func inboxMoves(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 0)
	var still, moving []*writer
	for n := range uint32(40) {
		v := w.beside(1, n)
		v.conversation(t, int(n)/3, chat.StateUnresolved)
		if n%4 == 0 {
			moving = append(moving, v)
		} else {
			still = append(still, v)
		}
	}
	var want []chat.Head
	for _, v := range still {
		want = append(want, v.head)
	}
	sortHeads(want)
	q, met := persistence.InboxQuery{Limit: 3}, []chat.Head(nil)
	for step := 0; ; step++ {
		page, err := s.Inbox(t.Context(), websiteID(1), q)
		ok(t, "inbox", err)
		for _, h := range page.Heads {
			if slices.ContainsFunc(want, func(w chat.Head) bool { return w.ID == h.ID }) {
				met = append(met, h)
			}
		}
		if page.Next == "" {
			break
		}
		q.Cursor = page.Next
		if step < len(moving) {
			move(t, moving[step], step)
		}
		if last := page.Heads[len(page.Heads)-1]; step == 4 { // the cursor's own conversation goes
			want = slices.DeleteFunc(want, func(h chat.Head) bool { return h.ID == last.ID })
			met = slices.DeleteFunc(met, func(h chat.Head) bool { return h.ID == last.ID })
			ok(t, "erase", s.Erase(t.Context(), persistence.Erasure{Website: websiteID(1), Session: last.ID}))
		}
	}
	same(t, "those that stayed", met, want)
}

// move does one of the things that change a conversation's place, unless it is gone.
func move(t testing.TB, w *writer, n int) {
	t.Helper()
	if _, err := w.store.Load(t.Context(), w.head.Website, w.head.ID); err != nil {
		fails(t, "load", err, persistence.ErrErased)
		return
	}
	switch n % 3 {
	case 0:
		w.conversation(t, 1000+n, chat.StateUnresolved)
	case 1:
		w.conversation(t, 1000+n, chat.StateResolved)
	default:
		ok(t, "erase", w.store.Erase(t.Context(), persistence.Erasure{Website: w.head.Website, Session: w.head.ID}))
	}
}

func inboxHead(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.conversation(t, 10, chat.StateUnresolved)
	c := w.step(0, 0)
	c.Head.Name, c.Head.Assigned, c.Head.Unread.Agent = "Ann", agentID(1), 7 // its place stays
	w.commit(t, c)
	same(t, "inbox", inbox(t, s, 1, persistence.FilterOpen), []chat.Head{w.head})
}

func inboxLimits(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	for n := range uint32(persistence.MaxPage + 1) {
		w.beside(1, n).conversation(t, int(n), chat.StateUnresolved)
	}
	for _, limit := range []int{0, -1, persistence.MaxPage + 1} {
		page, err := s.Inbox(t.Context(), websiteID(1), persistence.InboxQuery{Limit: limit})
		ok(t, "inbox", err)
		if len(page.Heads) != persistence.MaxPage || page.Next == "" {
			t.Fatalf("limit %d: %d heads, next %q; want %d and a next", limit, len(page.Heads), page.Next, persistence.MaxPage)
		}
	}
}

func inboxCursor(t *testing.T, s persistence.Store) {
	for _, cursor := range []string{"x", "!!", "AAAA"} {
		_, err := s.Inbox(t.Context(), websiteID(1), persistence.InboxQuery{Cursor: cursor})
		fails(t, "inbox", err, persistence.ErrCursor)
	}
}
