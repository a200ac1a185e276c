package subject_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/persistence/memstore"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/subject"
)

var (
	website = chat.Website{ID: chat.WebsiteID{1}, Name: `<b>Shop</b>`}
	begin   = time.UnixMilli(1_760_000_000_000).UTC()
)

// stored is a conversation with so many messages and notes, in a store.
func stored(t *testing.T, entries uint64) subject.Source {
	t.Helper()
	store := memstore.New()
	epoch, err := store.Claim(t.Context(), 7)
	if err != nil {
		t.Fatal(err)
	}
	s := chat.Session{Head: chat.Head{ID: chat.SessionID{2}, Website: website.ID, Started: true, CreatedAt: begin, ActiveAt: begin}, Visitor: chat.Visitor{
		User: &chat.User{Nickname: `<script>alert("name")</script>`, Email: "ann@example.org", Company: &chat.Company{Name: "ACME"}},
		Data: map[string]any{"cart": 3.5}, Segments: []string{"vip"}, Addr: netip.MustParseAddrPort("198.51.100.7:4711"), SeenAt: begin,
		Pages: []chat.PageVisit{{Page: chat.Page{URL: "javascript:alert(1)", Title: "\u202etitle"}, At: begin}},
	}}
	for n := uint64(1); n <= entries; n++ {
		m := chat.Message{Seq: n, From: chat.Participant{Role: chat.RoleVisitor}, At: begin, Content: chat.Content{Type: chat.TypeText, Text: fmt.Sprintf("<i>message</i> %d", n)}}
		note := chat.Note{N: n, After: n, By: chat.Participant{Role: chat.RoleAgent, Name: "Ada"}, At: begin, Text: fmt.Sprint("note ", n)}
		s.Seq, s.Notes, s.Version = n, n, n
		_, err := store.Commit(t.Context(), &persistence.Commit{
			Shard: 7, Epoch: epoch, Expect: n - 1, Head: s.Head, Visitor: &s.Visitor,
			Messages: []persistence.Entry{{Seq: n, Frame: protocol.EncodeMessage(s.ID, &m)}},
			Notes:    []persistence.NoteEntry{{Entry: persistence.Entry{Seq: n, Frame: protocol.EncodeNote(s.ID, &note)}, After: n}},
			Identify: &persistence.Identification{Addr: s.Visitor.Addr, From: begin, To: begin},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := store.Record(t.Context(), persistence.AuditEntry{Deed: persistence.DeedExported, Session: s.ID, By: "operator x", Reason: "asked"},
		persistence.AuditEntry{Deed: persistence.DeedExported, Session: chat.SessionID{9}, By: "operator of another"}); err != nil {
		t.Fatal(err)
	}
	return subject.Source{Store: store, Website: website, State: s}
}

// TestTheDocumentHoldsEverything reads a log of several pages, and all that stands beside it.
func TestTheDocumentHoldsEverything(t *testing.T) {
	const entries = 2*persistence.MaxPage + 1
	source := stored(t, entries)
	source.Operator = true
	d, err := subject.Gather(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := d.WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var read struct {
		Where           string
		Visitor         chat.Visitor
		Messages        []struct{ Seq uint64 }
		Notes           []struct{ N uint64 }
		Identifications []persistence.Identification
		Audit           []persistence.AuditEntry
	}
	if err := json.Unmarshal([]byte(b.String()), &read); err != nil {
		t.Fatal(err)
	}
	if read.Where != "disk" || len(read.Messages) != entries || len(read.Notes) != entries || len(read.Identifications) != entries || len(read.Audit) != 1 ||
		read.Visitor.Who().Email != "ann@example.org" || read.Visitor.Addr != source.State.Visitor.Addr {
		t.Errorf("%s, %d messages, %d notes, %d accesses, %d deeds, %+v", read.Where, len(read.Messages), len(read.Notes), len(read.Identifications), len(read.Audit), read.Visitor.Who())
	}
	for i := range read.Messages {
		if n := uint64(i + 1); read.Messages[i].Seq != n || read.Notes[i].N != n {
			t.Fatalf("entry %d is message %d and note %d", n, read.Messages[i].Seq, read.Notes[i].N)
		}
	}
}

// TestAgentsGetNeitherRecordsNorAudit: those are an operator's.
func TestAgentsGetNeitherRecordsNorAudit(t *testing.T) {
	d, err := subject.Gather(t.Context(), stored(t, 2))
	if err != nil || d.Identifications != nil || d.Audit != nil || len(d.Messages) != 2 {
		t.Errorf("%d messages, %d accesses, %d deeds, %v", len(d.Messages), len(d.Identifications), len(d.Audit), err)
	}
}

func TestThePageShowsTextAsText(t *testing.T) {
	source := stored(t, 2)
	source.Operator = true
	d, err := subject.Gather(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := d.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, bad := range []string{"<script", "<i>", "<b>Shop", `href="javascript`} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, want := range []string{"&lt;i&gt;message&lt;/i&gt; 1", "note 2", "ann@example.org", "ACME", "vip", "3.5", "198.51.100.7:4711", "exported by <bdi>operator x</bdi>: <bdi>asked</bdi>"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}

// lostLog is a store whose audit log was cut.
type lostLog struct{ persistence.Store }

func (lostLog) AuditLog(context.Context, uint64, int) ([]persistence.AuditEntry, error) {
	return nil, persistence.ErrAudit
}

// TestALostAuditLogKeepsNobodyFromACopy: what is held is handed out, and the document says what it lacks.
func TestALostAuditLogKeepsNobodyFromACopy(t *testing.T) {
	source := stored(t, 2)
	source.Store, source.Operator = lostLog{source.Store}, true
	d, err := subject.Gather(t.Context(), source)
	if err != nil || len(d.Messages) != 2 || len(d.Identifications) != 2 || !strings.Contains(strings.Join(d.Beside, "\n"), "audit log") {
		t.Errorf("%d messages, %d accesses, %q, %v", len(d.Messages), len(d.Identifications), d.Beside, err)
	}
}
