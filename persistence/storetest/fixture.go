package storetest

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
)

// start is when the tests' conversations begin.
var start = time.UnixMilli(1_760_000_000_000).UTC()

// The ids of the tests. They differ in their last bytes only, which is the hardest case for keys that are compared.
func websiteID(n uint32) chat.WebsiteID { return chat.NewWebsiteID(id16(1, n)) }
func sessionID(n uint32) chat.SessionID { return chat.NewSessionID(id16(2, n)) }
func agentID(n uint32) chat.AgentID     { return chat.NewAgentID(id16(3, n)) }
func messageID(n uint32) chat.MessageID { return chat.MessageID(id16(4, n)) }

func id16(kind byte, n uint32) (id [16]byte) {
	id[0] = kind
	binary.BigEndian.PutUint32(id[12:], n)
	return id
}

// at returns the time n milliseconds after the start.
func at(n int) time.Time { return start.Add(time.Duration(n) * 1700 * time.Millisecond) }

// writer stands for a session's actor: it knows the head and continues it.
type writer struct {
	store persistence.Store
	shard uint16
	epoch uint64
	head  chat.Head
}

// newWriter claims a shard and returns the writer of a session that is not stored yet.
func newWriter(t testing.TB, s persistence.Store, website, session uint32) *writer {
	t.Helper()
	return &writer{store: s, shard: 7, epoch: claim(t, s, 7), head: newHead(website, session)}
}

// beside returns the writer of another session under the same ownership.
func (w *writer) beside(website, session uint32) *writer {
	return &writer{store: w.store, shard: w.shard, epoch: w.epoch, head: newHead(website, session)}
}

func newHead(website, session uint32) chat.Head {
	return chat.Head{ID: sessionID(session), Website: websiteID(website), Epoch: chat.Epoch(session), CreatedAt: start}
}

func claim(t testing.TB, s persistence.Store, shard uint16) uint64 {
	t.Helper()
	epoch, err := s.Claim(t.Context(), shard)
	if err != nil {
		t.Fatalf("claim shard %d: %v", shard, err)
	}
	return epoch
}

// step returns the session's next step: so many messages and notes more.
func (w *writer) step(messages, notes int) *persistence.Commit {
	h := w.head
	c := &persistence.Commit{Shard: w.shard, Epoch: w.epoch, Expect: h.Version}
	for range messages {
		h.Seq++
		h.Started, h.State, h.ActiveAt = true, chat.StateUnresolved, at(int(h.Seq))
		h.LastFrom, h.Preview = chat.RoleVisitor, fmt.Sprint("preview ", h.Seq)
		c.Messages = append(c.Messages, persistence.Entry{Seq: h.Seq, Frame: frame(h.ID, "message", h.Seq)})
	}
	for range notes {
		h.Notes++
		entry := persistence.Entry{Seq: h.Notes, Frame: frame(h.ID, "note", h.Notes)}
		c.Notes = append(c.Notes, persistence.NoteEntry{Entry: entry, After: h.Seq})
	}
	h.Version++
	c.Head = h
	return c
}

// frame is what the store is to keep unread: it contains bytes that no text has.
func frame(id chat.SessionID, kind string, n uint64) []byte {
	return fmt.Appendf(nil, "\x00\xff%s %s %d", id, kind, n)
}

// commit stores a step, which must be new, and continues from there.
func (w *writer) commit(t testing.TB, c *persistence.Commit) {
	t.Helper()
	got, err := w.store.Commit(t.Context(), c)
	if err != nil || got.Duplicate != nil {
		t.Fatalf("commit of version %d: duplicate %v, error %v; want it stored", c.Head.Version, got.Duplicate, err)
	}
	w.head = c.Head
}

// post stores one step with so many messages.
func (w *writer) post(t testing.TB, messages int) {
	t.Helper()
	w.commit(t, w.step(messages, 0))
}

// refused tries a step that must fail with the error.
func (w *writer) refused(t testing.TB, c *persistence.Commit, want error) {
	t.Helper()
	if got, err := w.store.Commit(t.Context(), c); !errors.Is(err, want) || got.Duplicate != nil {
		t.Fatalf("commit: duplicate %v, error %v; want %v", got.Duplicate, err, want)
	}
}

// page reads messages.
func (w *writer) page(t testing.TB, p persistence.Page) ([]persistence.Entry, bool) {
	t.Helper()
	entries, more, err := w.store.Messages(t.Context(), w.head.Website, w.head.ID, p)
	if err != nil {
		t.Fatalf("messages %+v: %v", p, err)
	}
	return entries, more
}

// notes reads the agents' log.
func (w *writer) notes(t testing.TB, p persistence.NotePage) []persistence.Entry {
	t.Helper()
	entries, err := w.store.Notes(t.Context(), w.head.Website, w.head.ID, p)
	if err != nil {
		t.Fatalf("notes %+v: %v", p, err)
	}
	return entries
}

// load reads the session, which must be there.
func (w *writer) load(t testing.TB) *persistence.Record {
	t.Helper()
	r, err := w.store.Load(t.Context(), w.head.Website, w.head.ID)
	if err != nil {
		t.Fatalf("load: %v", err)
	}
	return r
}

// holds checks that the store has the writer's state: the head, and both logs without holes.
func (w *writer) holds(t testing.TB) {
	t.Helper()
	same(t, "head", w.load(t).Head, w.head)
	entries, _ := w.page(t, persistence.Page{})
	same(t, "messages", entries, w.entries("message", w.head.Seq))
	same(t, "notes", w.notes(t, persistence.NotePage{}), w.entries("note", w.head.Notes))
}

// entries are what the log's end must hold when it has n entries.
func (w *writer) entries(kind string, n uint64) []persistence.Entry {
	return logRange(w.head.ID, kind, max(1, n-min(n, persistence.MaxPage-1)), n)
}

// logRange are the entries from first to last.
func logRange(id chat.SessionID, kind string, first, last uint64) []persistence.Entry {
	var all []persistence.Entry
	for n := first; n <= last; n++ {
		all = append(all, persistence.Entry{Seq: n, Frame: frame(id, kind, n)})
	}
	return all
}

// dedupe is what agent n sent under an id.
func dedupe(agent, id uint32, seq uint64) []persistence.Dedupe {
	return []persistence.Dedupe{{
		Sender: chat.Sender{Role: chat.RoleAgent, Agent: agentID(agent)}, ID: messageID(id),
		Receipt: persistence.Receipt{Body: id16(9, id), Seq: seq, AtMillis: at(int(seq)).UnixMilli()},
	}}
}

// visitor has something in each field.
func visitor(name string) *chat.Visitor {
	page := chat.Page{URL: "https://example.com/a?b=ü", Title: "Title", Referrer: "https://example.org/"}
	return &chat.Visitor{
		User: &chat.User{
			Nickname: name, Email: name + "@example.com", Phone: "+49 30 1234", Avatar: "https://example.com/a.png",
			Company: &chat.Company{Name: "Company", URL: "https://example.net", Employment: []string{"CTO"}, Geolocation: []string{"DE"}},
		},
		Segments: []string{"one", "two"}, Data: map[string]any{"text": "x", "number": 1.5, "flag": true},
		Locale: "de-DE", Timezone: "Europe/Berlin", Browser: "Firefox", System: "Linux",
		Addr:  netip.MustParseAddrPort("[2001:db8::1]:4711"),
		Pages: []chat.PageVisit{{Page: page, At: start}}, Visits: 3, Fired: []string{"hello"}, SeenAt: start,
		Consent: &chat.Consent{Tracking: true, At: start, Removed: 7},
	}
}

// reporter is what the checks need of a test; rapid's own T is no testing.TB.
type reporter interface {
	Helper()
	Fatalf(format string, args ...any)
}

// same compares what was read with what it must be; nothing and an empty list are the same.
func same[T any](t reporter, what string, got, want T) {
	t.Helper()
	if g := reflect.ValueOf(got); g.Kind() == reflect.Slice && g.Len() == 0 && reflect.ValueOf(want).Len() == 0 {
		return
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// fails checks an error.
func fails(t reporter, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("%s: error %v, want %v", what, err, want)
	}
}

// ok wants no error.
func ok(t reporter, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// ended is a context that has ended.
func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}
