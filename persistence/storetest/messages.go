package storetest

import (
	"testing"

	"github.com/parlor-chat/parlor/persistence"
)

func messageTests() []test {
	return []test{
		{"pages in both directions", messagePages},
		{"limits are bounded", messageLimits},
		{"pages join without gap or repeat", messageWalk},
	}
}

func messagePages(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	w.beside(1, 0).post(t, 5) // neighbors in the order of keys
	w.beside(1, 2).post(t, 5)
	w.post(t, 1)
	w.post(t, 9)
	for _, tt := range []struct {
		page        persistence.Page
		first, last uint64 // none: 1, 0
		more        bool
	}{
		{persistence.Page{}, 1, 10, false},
		{persistence.Page{Limit: 4}, 7, 10, true},
		{persistence.Page{Limit: 10}, 1, 10, false},
		{persistence.Page{Limit: 9}, 2, 10, true},
		{persistence.Page{Before: 1}, 1, 0, false},
		{persistence.Page{Before: 2}, 1, 1, false},
		{persistence.Page{Before: 6, Limit: 5}, 1, 5, false},
		{persistence.Page{Before: 6, Limit: 4}, 2, 5, true},
		{persistence.Page{Before: 11, Limit: 1}, 10, 10, true},
		{persistence.Page{Before: 1 << 63, Limit: 2}, 9, 10, true},
		{persistence.Page{Before: ^uint64(0)}, 1, 10, false},
		{persistence.Page{After: 1}, 2, 10, false},
		{persistence.Page{After: 1, Limit: 3}, 2, 4, true},
		{persistence.Page{After: 7, Limit: 3}, 8, 10, false},
		{persistence.Page{After: 9}, 10, 10, false},
		{persistence.Page{After: 10}, 1, 0, false},
		{persistence.Page{After: 11}, 1, 0, false},
		{persistence.Page{After: ^uint64(0)}, 1, 0, false},
	} {
		entries, more := w.page(t, tt.page)
		if want := logRange(w.head.ID, "message", tt.first, tt.last); more != tt.more || !equalEntries(entries, want) {
			t.Errorf("page %+v: %s, more %v; want %d to %d, more %v", tt.page, seqs(entries), more, tt.first, tt.last, tt.more)
		}
	}
}

func messageLimits(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	const all = persistence.MaxPage + 20
	w.post(t, all)
	for _, limit := range []int{0, -1, persistence.MaxPage, persistence.MaxPage + 1, 1 << 30} {
		entries, more := w.page(t, persistence.Page{Limit: limit})
		same(t, "end of the log", entries, logRange(w.head.ID, "message", 21, all))
		same(t, "more", more, true)
		entries, more = w.page(t, persistence.Page{After: 1, Limit: limit})
		same(t, "after the first", entries, logRange(w.head.ID, "message", 2, persistence.MaxPage+1))
		same(t, "more", more, true)
	}
}

func messageWalk(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	const all = 50
	for range all {
		w.post(t, 1)
	}
	forward, _ := w.page(t, persistence.Page{Before: 2})
	for more := true; more; {
		var entries []persistence.Entry
		entries, more = w.page(t, persistence.Page{After: forward[len(forward)-1].Seq, Limit: 7})
		forward = append(forward, entries...)
	}
	same(t, "forward", forward, logRange(w.head.ID, "message", 1, all))
	backward, more := []persistence.Entry(nil), true
	for before := uint64(0); more; before = backward[0].Seq {
		var entries []persistence.Entry
		entries, more = w.page(t, persistence.Page{Before: before, Limit: 7})
		backward = append(entries, backward...)
	}
	same(t, "backward", backward, forward)
}
