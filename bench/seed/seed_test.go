package seed_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/parlor-chat/parlor/bench/seed"
	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/pebblestore"
)

// TestFilledIsThere: every message of every conversation can be read, in its place, and the inbox lists them.
func TestFilledIsThere(t *testing.T) {
	const messages = 2*seed.Length + 7
	website := chat.NewWebsiteID([16]byte{1})
	dir := t.TempDir()
	if err := seed.Fill(t.Context(), dir, website, messages); err != nil {
		t.Fatal(err)
	}
	if err := seed.Fill(t.Context(), dir, website, messages); err == nil {
		t.Error("it was stored twice")
	}
	store, err := pebblestore.Open(pebblestore.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if n := seed.Conversations(messages); n != 3 {
		t.Fatalf("%d conversations", n)
	}
	for i, want := range []int{seed.Length, seed.Length, 7} {
		entries, more, err := store.Messages(t.Context(), website, seed.Session(i), persistence.Page{Limit: persistence.MaxPage})
		if err != nil || more || len(entries) != want || seed.LengthOf(i, messages) != want {
			t.Fatalf("conversation %d: %d messages, more %v, %v; want %d", i, len(entries), more, err, want)
		}
		for n, e := range entries {
			if e.Seq != uint64(n+1) || !bytes.Contains(e.Frame, fmt.Appendf(nil, `"seq":%d,`, n+1)) {
				t.Errorf("conversation %d: message %d is %d: %s", i, n, e.Seq, e.Frame)
			}
		}
		record, err := store.Load(t.Context(), website, seed.Session(i))
		if err != nil || record.Head.Seq != uint64(want) || !record.Head.Started {
			t.Errorf("conversation %d: %+v, %v", i, record, err)
		}
	}
	page, err := store.Inbox(t.Context(), website, persistence.InboxQuery{})
	if err != nil || len(page.Heads) != 3 {
		t.Errorf("inbox: %+v, %v", page, err)
	}
}
