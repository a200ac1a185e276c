package subject

import (
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// TestP13ThePageSaysWhatTheVisitorSaid: the consent, and that events were removed.
func TestP13ThePageSaysWhatTheVisitorSaid(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	removed, _, err := protocol.RemoveEvent(protocol.EncodeNote(chat.SessionID{1}, &chat.Note{N: 1, At: at, Event: &chat.PageEvent{Name: "checkout"}}))
	if err != nil {
		t.Fatal(err)
	}
	d := Document{Visitor: chat.Visitor{Consent: &chat.Consent{At: at}}, Notes: []jsontext.Value{removed}}
	var page strings.Builder
	if err := d.WriteHTML(&page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Consent to tracking", "refused 2026-03-01 09:00:00 UTC", "(removed: consent withdrawn)"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
}
