package policy

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

// Held says of one thing that is held on a visitor why it is, and until when.
type Held struct {
	What    string `json:"what"`
	Why     string `json:"why"`
	Until   string `json:"until"`
	Promise string `json:"promise,omitempty"`
}

// Explain says what is held of a session as it is now. online: the visitor is connected. identified are the days on which accesses of the visitor were
// recorded.
func Explain(f Facts, w chat.Website, s *chat.Session, online bool, identified []time.Time) []Held {
	if s.Version == 0 {
		until := describe(f.Temporary) + " after the last access, which was " + date(s.Visitor.SeenAt) + " or later"
		if online {
			until = describe(f.Temporary) + " after the last page is closed; one is open now"
		}
		return []Held{{
			What: "The session with all that is known of the visitor, in memory only", Why: "Nobody has written: it is temporary.", Until: until, Promise: "P7",
		}}
	}
	until := "An agent of the website deletes it."
	if w.Retain.Conversations != 0 {
		until = fmt.Sprintf("%s, if nobody writes until then: the website keeps conversations for %s after the last message.",
			date(s.ActiveAt.Add(w.Retain.Conversations)), describe(w.Retain.Conversations))
	}
	held := []Held{{
		What:  fmt.Sprintf("The conversation: %d messages, %d notes and events, and what is known of the visitor", s.Seq, s.Notes),
		Why:   "A person wrote; the last message is of " + date(s.ActiveAt) + ".",
		Until: until, Promise: "P6",
	}}
	if s.Visitor.Addr.IsValid() {
		until := "With the conversation."
		if w.Retain.IP != 0 {
			until = date(s.Visitor.SeenAt.Add(w.Retain.IP)) + ", or with the conversation."
		}
		held = append(held, Held{What: "The address of the last access, of " + date(s.Visitor.SeenAt), Why: "The conversation began.", Until: until, Promise: "P10"})
	}
	return append(held, Identified(w, identified)...)
}

// Identified says what is held in identification records, which may outlive the session: the days of the accesses, in order.
func Identified(w chat.Website, days []time.Time) []Held {
	if len(days) == 0 {
		return nil
	}
	term, ok := w.Retain.Identifies()
	until := "The next time that terms are carried out: the website keeps none any more."
	if ok {
		first, last := days[0].Add(term), days[len(days)-1].Add(term)
		until = "The day after " + date(first)
		if !sameDay(first, last) {
			until += " to " + date(last)
		}
		until += ", also when the conversation is deleted before."
	}
	return []Held{{
		What: fmt.Sprintf("%d identification records: address, port and times of accesses", len(days)),
		Why:  "Identification where the law demands it; read only by an operator who states a reason.", Until: until, Promise: "P10",
	}}
}

// WriteHeld writes an explanation for a terminal.
func WriteHeld(w io.Writer, held []Held) error {
	var b strings.Builder
	for i, h := range held {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(&b, "%s\n", wrap("", h.What))
		field(&b, "why", h.Why)
		field(&b, "until", h.Until)
		field(&b, "promise", h.Promise)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func date(t time.Time) string { return t.UTC().Format("2006-01-02") }

func sameDay(a, b time.Time) bool { return date(a) == date(b) }
