package subject_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/persistence"
	"github.com/parlor-chat/parlor/protocol"
	"github.com/parlor-chat/parlor/subject"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMoreThanTheBoundIsRefused(t *testing.T) {
	source := stored(t, 3)
	d, err := subject.Gather(t.Context(), source)
	must(t, err)
	for i := range d.Messages {
		source.MostBytes += len(d.Messages[i]) + len(d.Notes[i])
	}
	_, err = subject.Gather(t.Context(), source)
	must(t, err)
	source.MostBytes--
	if d, err := subject.Gather(t.Context(), source); !errors.Is(err, subject.ErrTooLarge) || len(d.Messages) > 0 {
		t.Errorf("%v, %d messages", err, len(d.Messages))
	}
}

// erasing is a store in which the session is deleted while it is being read.
type erasing struct {
	persistence.Store
	t *testing.T
}

func (e erasing) Messages(ctx context.Context, website chat.WebsiteID, session chat.SessionID, p persistence.Page) ([]persistence.Entry, bool, error) {
	entries, more, err := e.Store.Messages(ctx, website, session, p)
	if p.After == 0 {
		must(e.t, e.Erase(ctx, persistence.Erasure{Website: website, Session: session}))
	}
	return entries, more, err
}

func TestWhatIsDeletedMeanwhileIsNotHandedOut(t *testing.T) {
	source := stored(t, 2)
	source.Store = erasing{source.Store, t}
	if d, err := subject.Gather(t.Context(), source); !errors.Is(err, persistence.ErrErased) || len(d.Messages) > 0 || d.Visitor.Addr.IsValid() {
		t.Errorf("%v, %d messages", err, len(d.Messages))
	}
}

// TestCase18AHostileFileOnThePage: a link leads to the web only, and what is written in the page loads and runs nothing.
func TestCase18AHostileFileOnThePage(t *testing.T) {
	const hostile = `</style></p><script>alert(1)</script><img src=x onerror=alert(1)>`
	source := stored(t, 1)
	v := &source.State.Visitor
	v.Data, v.Segments, v.Browser = map[string]any{hostile: hostile}, []string{hostile}, hostile
	d, err := subject.Gather(t.Context(), source)
	must(t, err)
	for i, url := range []string{"javascript:alert(1)", `https://files.example.com/"onclick="alert(1)`} {
		m := chat.Message{Seq: uint64(i + 2), From: chat.Participant{Role: chat.RoleVisitor}, Content: chat.Content{
			Type: chat.TypeFile, Attachment: chat.Attachment{URL: url, Name: hostile, Type: hostile},
		}}
		d.Messages = append(d.Messages, protocol.EncodeMessage(d.Session, &m))
	}
	d.Messages = append(d.Messages, []byte(`"<script>"`))
	var b strings.Builder
	must(t, d.WriteHTML(&b))
	for _, bad := range []string{"<script", "<img", `href="javascript`, `"onclick`} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("the page holds %s", bad)
		}
	}
	if !strings.Contains(b.String(), `content="default-src &#39;none&#39;; style-src &#39;sha256-`) || !strings.Contains(b.String(), `href="https://files.example.com/%22onclick=%22alert%281%29"`) {
		t.Errorf("the page is\n%s", b.String())
	}
}
