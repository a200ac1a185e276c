package protocol_test

import (
	"testing"

	"github.com/parlor-chat/parlor/chat"
	"github.com/parlor-chat/parlor/protocol"
)

// FuzzEncodeWelcome: whatever a welcome holds, its frame is the one that reflection makes.
func FuzzEncodeWelcome(f *testing.F) {
	for i, text := range awkwardTexts {
		f.Add(text, uint64(i), int64(i)-1, uint8(i), i%2 == 0)
	}
	f.Fuzz(func(t *testing.T, text string, number uint64, signed int64, entries uint8, is bool) {
		w := protocol.VisitorWelcome{
			Ref: signed, Session: session, Token: text, Epoch: text, Resume: text, Seq: number, Unread: uint32(number), Ongoing: is,
			Read: chat.Marks{Visitor: number, Agent: number >> 1}, Delivered: chat.Marks{Visitor: number >> 2, Agent: number >> 3},
			Website: protocol.WebsiteInfo{ID: website, Name: text, Color: text, Greeting: text}, Online: is, Preview: is,
			Limits: protocol.LimitsInfo{TextChars: int(signed), FrameBytes: int(entries), Pending: int(number)},
		}
		wantSameWelcome(t, &w)
		w.User = chat.User{Nickname: text, Company: &chat.Company{Name: text}}
		w.Cookie = &protocol.CookieInfo{Name: text, Mode: chat.CookieMode(text), MaxAge: signed, Domain: text, By: text}
		w.Consent = &protocol.ConsentInfo{Required: is}
		wantSameWelcome(t, &w)
		w.Consent.Tracking = &is
		w.Segments, w.Data = []string{}, map[string]any{}
		wantSameWelcome(t, &w)
		w.Data[text] = text
		for i := range entries % 4 {
			w.Segments = append(w.Segments, text)
			w.Agents = append(w.Agents, protocol.AgentInfo{ID: adaID, Name: text})
			w.Triggers = append(w.Triggers, protocol.TriggerInfo{Name: text})
			if i%2 == 0 {
				w.Agents[i].Avatar, w.Agents[i].Email, w.Agents[i].Online = text, text, &is
				w.Triggers[i].AfterMS, w.Triggers[i].URL = &signed, text
			}
		}
		wantSameWelcome(t, &w)
	})
}

// TestEncodeWelcome is the same for the samples, and for nothing at all.
func TestEncodeWelcome(t *testing.T) {
	wantSameWelcome(t, new(protocol.VisitorWelcome))
	for name, frame := range reflected {
		if w, ok := frame.(protocol.VisitorWelcome); ok {
			t.Run(name, func(t *testing.T) { wantSameWelcome(t, &w) })
		}
	}
}

func wantSameWelcome(t *testing.T, w *protocol.VisitorWelcome) {
	t.Helper()
	if got, want := protocol.EncodeWelcome(w), protocol.Encode(*w); string(got) != string(want) {
		t.Errorf("encoded as\n%s\nand by reflection as\n%s", got, want)
	}
}

func BenchmarkEncodeWelcome(b *testing.B) {
	w := protocol.VisitorWelcome{Session: session, Website: site, Epoch: "0011223344556677", Resume: "none"}
	b.ReportAllocs()
	for b.Loop() {
		protocol.EncodeWelcome(&w)
	}
}
