package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/parlor-chat/parlor/chat"
)

func TestP15WhatIsHeldOfASessionAndUntilWhen(t *testing.T) {
	at := func(text string) time.Time {
		when, err := time.Parse(time.DateOnly, text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	session := func(version uint64, ip string) *chat.Session {
		s := &chat.Session{Head: chat.Head{Version: version, Seq: 3, Notes: 2, ActiveAt: at("2026-03-01")}}
		s.Visitor.SeenAt = at("2026-02-01")
		if ip != "" {
			s.Visitor.Addr = addrPort(ip)
		}
		return s
	}
	plain, terms := chat.Retention{}, chat.Retention{IP: 365 * day, Conversations: 30 * day}
	for name, c := range map[string]struct {
		retain     chat.Retention
		session    *chat.Session
		online     bool
		identified []time.Time
		says, not  []string
	}{
		"a temporary session": {plain, session(0, "203.0.113.77"), false, nil,
			[]string{"memory only", "30 minutes after the last access, which was 2026-02-01", "P7"}, []string{"disk", "203.0.113.77", "P10"}},
		"one with an open page": {plain, session(0, ""), true, nil, []string{"one is open now"}, nil},
		"a conversation": {plain, session(1, "203.0.113.77"), false, nil,
			[]string{"3 messages, 2 notes", "last message is of 2026-03-01", "An agent of the website deletes it.", "With the conversation."}, []string{"203.0.113.77"}},
		"one with terms": {terms, session(1, "203.0.113.77"), false, nil,
			[]string{"2026-03-31, if nobody writes", "1 month after the last message", "2027-02-01, or with the conversation."}, []string{"An agent of the website deletes it."}},
		"one without an address": {plain, session(1, ""), false, nil, []string{"3 messages"}, []string{"address of the last access"}},
		"one with records": {plain, session(1, ""), false, []time.Time{at("2026-01-10"), at("2026-01-20")},
			[]string{"2 identification records", "The day after 2027-01-10 to 2027-01-20, also when the conversation is deleted before."}, nil},
		"one with a record": {plain, session(1, ""), false, []time.Time{at("2026-01-10")}, []string{"The day after 2027-01-10, also"}, []string{" to "}},
		"records that nobody wants any more": {chat.Retention{Identification: chat.NoIdentification}, session(1, ""), false, []time.Time{at("2026-01-10")},
			[]string{"keeps none any more"}, []string{"2027"}},
	} {
		w := shop(func(w *chat.Website) { w.Retain = c.retain })
		var b strings.Builder
		if err := WriteHeld(&b, Explain(facts(), w, c.session, c.online, c.identified)); err != nil {
			t.Fatal(err)
		}
		text := strings.Join(strings.Fields(b.String()), " ")
		for _, want := range c.says {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q is not said in\n%s", name, want, text)
			}
		}
		for _, unwanted := range c.not {
			if strings.Contains(text, unwanted) {
				t.Errorf("%s: %q is said in\n%s", name, unwanted, text)
			}
		}
	}
}

func TestP15TheVersionFollowsTheText(t *testing.T) {
	version := func(change func(*chat.Website)) string { return Describe(facts(), shop(change)).Version() }
	one := version(func(*chat.Website) {})
	if again := version(func(*chat.Website) {}); one != again || len(one) != 16 {
		t.Errorf("%q, then %q", one, again)
	}
	if other := version(func(w *chat.Website) { w.Retain.IP = 400 * day }); other == one {
		t.Error("another term has the same version")
	}
}
