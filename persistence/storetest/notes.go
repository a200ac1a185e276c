package storetest

import (
	"fmt"
	"testing"

	"github.com/parlor-chat/parlor/persistence"
)

func noteTests() []test {
	return []test{
		{"ranges", noteRanges},
		{"limits keep the newest", noteLimits},
		{"from the oldest on", notePages},
	}
}

// noted stores notes behind messages: numbers 1 and 2 before any message, 3 to 5 after the first, 6 after the third, 7 and 8 after the fourth.
func noted(t *testing.T, s persistence.Store) *writer {
	w := newWriter(t, s, 1, 1)
	w.beside(1, 0).commit(t, w.beside(1, 0).step(3, 3)) // neighbors in the order of keys
	w.beside(1, 2).commit(t, w.beside(1, 2).step(3, 3))
	journal := w.step(0, 2)
	first := w.step(1, 0)
	first.Notes, first.Head.Notes = journal.Notes, 2
	w.commit(t, first)
	w.commit(t, w.step(0, 1))
	w.commit(t, w.step(0, 2))
	w.post(t, 2)
	w.commit(t, w.step(0, 1))
	w.commit(t, w.step(1, 2))
	return w
}

func noteRanges(t *testing.T, s persistence.Store) {
	w := noted(t, s)
	for _, tt := range []struct {
		page        persistence.NotePage
		first, last uint64 // none: 1, 0
	}{
		{persistence.NotePage{}, 1, 8},
		{persistence.NotePage{From: 1}, 3, 8},
		{persistence.NotePage{From: 1, To: 1}, 3, 5},
		{persistence.NotePage{To: 1}, 1, 5},
		{persistence.NotePage{From: 2, To: 2}, 1, 0},
		{persistence.NotePage{From: 2}, 6, 8},
		{persistence.NotePage{From: 2, To: 3}, 6, 6},
		{persistence.NotePage{From: 3, To: 4}, 6, 8},
		{persistence.NotePage{From: 5}, 1, 0},
		{persistence.NotePage{From: 4, To: 2}, 1, 0},
		{persistence.NotePage{From: 1 << 63}, 1, 0},
		{persistence.NotePage{To: ^uint64(0)}, 1, 8},
		{persistence.NotePage{AfterN: 4}, 5, 8},
		{persistence.NotePage{AfterN: 8}, 1, 0},
		{persistence.NotePage{AfterN: 4, To: 1}, 5, 5},
		{persistence.NotePage{AfterN: 4, From: 2}, 6, 8},
		{persistence.NotePage{Limit: 3}, 6, 8},
		{persistence.NotePage{Limit: 2, To: 1}, 4, 5},
		{persistence.NotePage{Limit: 2, AfterN: 7}, 8, 8},
		{persistence.NotePage{Limit: 1, AfterN: 2, From: 1, To: 3}, 6, 6},
	} {
		if got, want := w.notes(t, tt.page), logRange(w.head.ID, "note", tt.first, tt.last); !equalEntries(got, want) {
			t.Errorf("notes %+v: %s, want %d to %d", tt.page, seqs(got), tt.first, tt.last)
		}
	}
}

func noteLimits(t *testing.T, s persistence.Store) {
	w := newWriter(t, s, 1, 1)
	const all = persistence.MaxPage + 20
	w.commit(t, w.step(1, all))
	for _, limit := range []int{0, -1, persistence.MaxPage + 1} {
		same(t, "notes", w.notes(t, persistence.NotePage{Limit: limit}), logRange(w.head.ID, "note", 21, all))
	}
}

// notePages reads the whole log from its beginning, in pages of each size.
func notePages(t *testing.T, s persistence.Store) {
	w := noted(t, s)
	after := []uint64{0, 0, 1, 1, 1, 3, 4, 4}
	want := logRange(w.head.ID, "note", 1, 8)
	for limit := 1; limit <= 9; limit++ {
		var all []persistence.Entry
		for p := (persistence.NotePage{Limit: limit, Oldest: true}); ; {
			page := w.notes(t, p)
			all = append(all, page...)
			if len(page) < limit {
				break
			}
			p.AfterN = page[len(page)-1].Seq
			p.From = after[p.AfterN-1]
		}
		if !equalEntries(all, want) {
			t.Errorf("pages of %d: %s, want 1 to 8", limit, seqs(all))
		}
	}
	for _, tt := range []struct {
		page        persistence.NotePage
		first, last uint64
	}{
		{persistence.NotePage{Limit: 3}, 1, 3},
		{persistence.NotePage{Limit: 3, From: 1}, 3, 5},
		{persistence.NotePage{Limit: 2, AfterN: 4}, 5, 6},
		{persistence.NotePage{Limit: 9, From: 1, To: 3}, 3, 6},
		{persistence.NotePage{Limit: 1, From: 1, AfterN: 5}, 6, 6},
		{persistence.NotePage{Limit: 1, From: 5}, 1, 0},
		{persistence.NotePage{Limit: 1, AfterN: ^uint64(0)}, 1, 0},
	} {
		tt.page.Oldest = true
		if got, want := w.notes(t, tt.page), logRange(w.head.ID, "note", tt.first, tt.last); !equalEntries(got, want) {
			t.Errorf("notes %+v: %s, want %d to %d", tt.page, seqs(got), tt.first, tt.last)
		}
	}
}

func equalEntries(got, want []persistence.Entry) bool {
	return len(got) == len(want) && fmt.Sprint(got) == fmt.Sprint(want)
}

func seqs(entries []persistence.Entry) string {
	var all []uint64
	for _, e := range entries {
		all = append(all, e.Seq)
	}
	return fmt.Sprint(all)
}
