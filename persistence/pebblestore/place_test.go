package pebblestore

import (
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// TestALivelyConversationKeepsItsPlace: within placeLag it does not move, after it and into the other bucket it does, and back in time as well.
// Also after a restart, when the store has only what is written.
func TestALivelyConversationKeepsItsPlace(t *testing.T) {
	dir := t.TempDir()
	head := chat.Head{Website: chat.WebsiteID{1}, ID: chat.SessionID{2}, State: chat.StateUnresolved, Started: true}
	k := sessionKey{head.Website, head.ID}
	start := time.UnixMilli(1_700_000_000_000)
	for i, step := range []struct {
		after    time.Duration
		resolved bool
		at       time.Duration // of the place
	}{
		{0, false, 0},
		{placeLag * time.Millisecond, false, 0},
		{placeLag*time.Millisecond + 1*time.Millisecond, false, placeLag*time.Millisecond + 1*time.Millisecond},
		{placeLag*time.Millisecond + 2*time.Millisecond, true, placeLag*time.Millisecond + 2*time.Millisecond},
		{time.Minute, false, time.Minute},
		{time.Second, false, time.Second},
	} {
		s, err := Open(Options{Dir: dir})
		if err != nil {
			t.Fatal(err)
		}
		epoch, err := s.Claim(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		c := &persistence.Commit{Epoch: epoch, Expect: head.Version}
		head.Version++
		head.ActiveAt, head.State = start.Add(step.after), chat.StateUnresolved
		if step.resolved {
			head.State = chat.StateResolved
		}
		c.Head = head
		if _, err := s.Commit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		want := place{bucketOpen, start.Add(step.at).UnixMilli()}
		if step.resolved {
			want.bucket = bucketResolved
		}
		stands, err := has(s.db, want.key(k))
		if err != nil || !stands {
			t.Errorf("step %d: not at %v (%v)", i, want, err)
		}
		page, err := s.Inbox(t.Context(), head.Website, persistence.InboxQuery{Filter: persistence.FilterAll})
		if err != nil || len(page.Heads) != 1 || !page.Heads[0].ActiveAt.Equal(head.ActiveAt) {
			t.Errorf("step %d: the inbox has %v, %v", i, page.Heads, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
